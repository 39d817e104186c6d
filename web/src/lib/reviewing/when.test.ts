import { describe, expect, it } from 'vitest';
import { whenText } from './when';

describe('whenText', () => {
  // Without a zone: on the clock of whoever runs this.
  const now = new Date('2026-03-12T15:30:00');
  const at = (moment: string) => whenText(new Date(moment).toISOString(), now);

  it.each([
    ['2026-03-12T15:29:30', 'just now'],
    ['2026-03-12T15:31:00', 'just now'],
    ['2026-03-12T15:18:10', '11 min ago'],
    ['2026-03-12T09:05:00', '09:05'],
    ['2026-03-11T23:50:00', 'Wed 23:50'],
    ['2026-03-03T10:00:00', '3 Mar'],
    ['2024-03-03T10:00:00', '3 Mar 2024'],
  ])('%s is %s', (moment, text) => expect(at(moment)).toBe(text));
});
