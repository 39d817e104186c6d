import { describe, expect, it } from 'vitest';
import { bytesText, durationText, Rate } from './rate';

describe('Rate', () => {
  it('says nothing before there is something to go by', () => {
    const rate = new Rate(1000, () => 0);
    expect(rate.perSecond).toBeNull();
    rate.note(5);
    expect(rate.perSecond).toBeNull();
    expect(rate.secondsLeft(10)).toBeNull();
  });

  it('counts over the last while only', () => {
    let now = 0;
    const rate = new Rate(10_000, () => now);
    for (; now <= 60_000; now += 1000) rate.note(now / 1000);
    expect(rate.perSecond).toBeCloseTo(1, 6);
    let done = 60;
    for (; now <= 80_000; now += 1000) rate.note((done += 50));
    expect(rate.perSecond).toBeCloseTo(50, 6);
    expect(rate.secondsLeft(done + 500)).toBeCloseTo(10, 6);
    expect(rate.secondsLeft(3)).toBe(0);
  });

  it('has no end in sight at a standstill, and begins anew after a restart', () => {
    let now = 0;
    const rate = new Rate(10_000, () => now);
    rate.note(7);
    now = 2000;
    rate.note(7);
    expect(rate.perSecond).toBe(0);
    expect(rate.secondsLeft(10)).toBeNull();
    now = 3000;
    rate.note(0);
    expect(rate.perSecond).toBeNull();
  });
});

it.each([
  [0.2, 'less than 1 s'],
  [7.4, '7 s'],
  [59.6, '1 min'],
  [3599, '1 h'],
  [4800, '1 h 20 min'],
  [86_400, '1 d'],
  [187_200, '2 d 4 h'],
])('%f s is %s', (seconds, text) => expect(durationText(seconds)).toBe(text));

it.each([
  [0, '0 B'],
  [812, '812 B'],
  [999.9, '1.0 kB'],
  [1_440_000, '1.4 MB'],
  [37_200_000_000, '37 GB'],
  [9_960_000, '10 MB'],
])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));
