/** A word of two characters: first page and exact total, against a LIKE scan of the same file. */
import { type Report, step } from './report.ts';
import { alternate } from './rounds.ts';
import { again } from './scale-pages.ts';
import { ignored, lacking, pageOf, type Scale, sidesTable, warm } from './scale-session.ts';
import { wordsIn } from './scale-words.ts';

const [ours, usual] = ['keyword', 'LIKE scan'];
const searched = 1_000_000;
/** Words a round; each is asked once of each side. */
const wordsARound = 4;

export async function keyword(scale: Scale): Promise<Report> {
  const data = await scale.store(Math.min(searched, scale.options.entries));
  const what = `keyword of two characters / LIKE scan, ${data.entries.toLocaleString('en-US')} entries`;
  return scale.session(async (session) => {
    step('words of two characters');
    const target = await session.program(data, 0);
    const other = await session.straightforward(data, target);
    const search = (word: string): string => pageOf(1, `&keyword=${encodeURIComponent(word)}`);
    if ((await ignored(target, search('客户'))).includes('keyword')) {
      return { tables: [], bounds: [lacking(what, 'no keyword')] };
    }
    const rounds = scale.rounds(7);
    const words = wordsIn(data.store, wordsARound * rounds + 50);
    await warm(session, target, [...again(pageOf(1), 300), ...words.slice(-50).map(search)]);
    const shares: number[] = [];
    for (const word of words.slice(0, wordsARound * rounds)) {
      const total = await session.total(other, `&keyword=${encodeURIComponent(word)}`);
      shares.push(total / data.entries);
    }
    const of = (round: number): string[] => words.slice((round - 1) * wordsARound, round * wordsARound).map(search);
    const sides = [session.side(usual, other, of), session.side(ours, target, of)];
    const measured = await alternate(session.load, sides, rounds);
    const found = `The words were found in ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} of all entries.`;
    return {
      tables: [sidesTable('Words of two characters, first page and total', measured, usual, [found])],
      bounds: [{ what, value: measured.cost(ours, usual), limit: 1 / 30, holds: 'at most', unit: '×' }],
    };
  });
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
