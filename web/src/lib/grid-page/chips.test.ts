import { describe, expect, it } from 'vitest';
import type { Question } from '$lib/pictures/picture';
import { chipsOf } from './chips';
import { narrows, queryOf, readFilter } from './filter';

const question = {
  choices: [
    { id: 2, name: 'rust', colour: '#aa3300' },
    { id: 3, name: 'miner', colour: '#225588' },
  ],
} as Question;
const read = (text: string) => readFilter(new URLSearchParams(text));

describe('chipsOf', () => {
  it('shows nothing for a filter that leaves nothing out', () => {
    expect(chipsOf(read('question=1&sort=certainty&descending=true'), question)).toEqual([]);
  });

  it('names classes, with their colours', () => {
    const chips = chipsOf(read('question=1&choice=2&choice=9'), question);
    expect(chips.map(({ text, colour }) => [text, colour])).toEqual([
      ['rust', '#aa3300'],
      ['Class 9', undefined],
    ]);
    expect(queryOf(chips[0]!.without)).toBe('question=1&choice=9');
  });

  it('takes what somebody answered out with who it was', () => {
    const chips = chipsOf(read('question=1&annotator=ann&answered=3'), question);
    expect(chips.map(({ text }) => text)).toEqual(['Answered by ann: miner']);
    expect(queryOf(chips[0]!.without)).toBe('question=1');
  });

  it('leaves nothing narrowed once all are taken out', () => {
    let filter = read(
      'question=1&choice=2&state=open&verdict=unsure&annotator=a&text=x&part=p&group=g' +
        '&column=site:A&column=year:1&flagged=false&least_certain=0.2&most_certain=0.5',
    );
    for (let [chip] = chipsOf(filter, question); chip; [chip] = chipsOf(filter, question)) {
      filter = chip.without;
    }
    expect(narrows(filter)).toBe(false);
    expect(queryOf(filter)).toBe('question=1');
  });
});
