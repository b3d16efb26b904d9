/**
 * `scale-stream.ts ENTRIES COMPANIES FILE`: writes a generated firm to stdout, one entry a line, with a company that has a tenth of
 * all entries and a second in which a hundredth of them took place; what was drawn from it goes into FILE as JSON.
 */
import { writeFileSync } from 'node:fs';
import { type FirmEntry, type FirmOptions, firmProfiles, generateFirm } from '../server/src/demo/firm.ts';
import { firmOptions, writeEntries } from './data.ts';

/** Of so many entries one is about the giant. */
const giantShare = 10;
/** Of so many entries one took place in the hot second. */
const hotShare = 100;

function* scaled(firm: FirmOptions, hot: (time: string) => void): Generator<FirmEntry> {
  const giant = firmProfiles(firm).companies[0]?.info;
  if (giant === undefined) throw new Error('no companies');
  const [hotFrom, hotTo] = [firm.entries >> 1, (firm.entries >> 1) + Math.floor(firm.entries / hotShare)];
  let ofGiant = 0;
  let hotTime = '';
  let n = 0;
  for (const entry of generateFirm(firm)) {
    // What an import from another program does: all of it at its own time.
    if (n === hotFrom) {
      hotTime = entry.create_time;
      hot(hotTime);
    }
    if (n >= hotFrom && n < hotTo) entry.create_time = hotTime;
    n += 1;
    if (entry.company_id !== giant.company_id && entry.lead_id === 0 && ofGiant < Math.floor(n / giantShare)) {
      entry.company_id = giant.company_id;
      entry.company_info = giant;
      entry.opportunity_id = 0;
      entry.opportunity_info = [];
      entry.customer_id = [];
      entry.customer_info = null;
    }
    if (entry.company_id === giant.company_id) ofGiant += 1;
    yield entry;
  }
}

const [entries = '', companies = '', file = ''] = process.argv.slice(2);
const firm = firmOptions(Number(entries), Number(companies));
let hotTime = '';
const made = await writeEntries(
  process.stdout,
  scaled(firm, (time) => {
    hotTime = time;
  }),
  firm.entries,
);
writeFileSync(file, JSON.stringify({ ...made, hotTime }));
