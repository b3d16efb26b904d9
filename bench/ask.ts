/** Single requests to the servers that are compared: what they answer, and whether they answer the same. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../server/src/demo/firm-random.ts';
import { type Drawn, scratchFolder } from './data.ts';
import { step } from './report.ts';

export const listPath = '/v1/dynamic/trail/list';
export const pageSize = 20;

/** The text of an answer; throws when it is none. */
export async function get(url: string, query: string, authorization: string): Promise<string> {
  // fetch would ask for compression.
  const response = await fetch(url + query, { headers: { authorization, 'accept-encoding': 'identity' } });
  const text = await response.text();
  if (response.status !== 200 || !text.startsWith('{"code":200,')) throw new Error(`${query} answers ${text.slice(0, 200)}`);
  return text;
}

/** The median answer to these queries as a file, for the floor to answer with, and its size. */
export async function medianAnswer(
  url: string,
  queries: readonly string[],
  authorization: string,
): Promise<{ file: string; bytes: number }> {
  const answers: Buffer[] = [];
  for (const query of queries) answers.push(Buffer.from(await get(url, query, authorization)));
  const middle = answers.toSorted((a, b) => a.length - b.length)[answers.length >> 1];
  if (middle === undefined) throw new Error('no queries');
  const file = join(scratchFolder(), 'answer.json');
  writeFileSync(file, middle);
  return { file, bytes: middle.length };
}

/** How many entries match. */
export async function totalOf(url: string, query: string, authorization: string): Promise<number> {
  const text = await get(url, `${listPath}?count=1${query}`, authorization);
  return (JSON.parse(text) as { data: { totalItem: number } }).data.totalItem;
}

export const checkedPages = 200;

/** Throws when the program and the straightforward way do not answer the same bytes, but for `now`. */
export async function checkEqual(data: Drawn, program: string, rival: string, authorization: string): Promise<void> {
  const queries = randomPages(data, checkedPages);
  let entries = 0;
  for (const query of queries) {
    const [ours, theirs] = await Promise.all([get(program, query, authorization), get(rival, query, authorization)]);
    const withoutNow = (text: string): string => text.replace(/"now":"[^"]{19}",/, '');
    if (withoutNow(ours) !== withoutNow(theirs)) throw new Error(`the straightforward way answers ${query} differently`);
    entries += (JSON.parse(ours) as { data: { list: unknown[] } }).data.list.length;
  }
  if (entries === 0) throw new Error('no compared page has an entry');
  step(`${queries.length} random pages with ${entries} entries are equal byte for byte`);
}

/** Pages of all scopes, at all depths, with and without bounds, about things that there are. */
function randomPages(data: Drawn, pages: number): string[] {
  const random = new Random(7);
  return Array.from({ length: pages }, () => {
    const entry = random.pick(data.drawnEntries);
    const subjects = { company_id: entry.company, lead_id: entry.lead, opportunity_id: entry.opportunity };
    const query = new URLSearchParams();
    for (const [name, id] of Object.entries(subjects)) if (id !== 0 && random.chance(0.6)) query.set(name, String(id));
    const [from, to] = [entry.time, random.pick(data.drawnEntries).time].sort() as [string, string];
    if (random.chance(0.3)) query.set('start_time', from);
    if (random.chance(0.3)) query.set('end_time', to);
    query.set('count', String(random.between(1, 60)));
    if (random.chance(0.5)) query.set('start_index', String(random.between(1, query.size > 1 ? 5 : data.entries >> 5)));
    return `${listPath}?${query}`;
  });
}
