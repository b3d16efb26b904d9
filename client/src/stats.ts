import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type {
  StatsCountriesData,
  StatsCountriesQuery,
  StatsPeopleData,
  StatsPeopleQuery,
  StatsPeriodsData,
  StatsPeriodsQuery,
  StatsSilenceData,
  StatsSilenceQuery,
  StatsTypesData,
  StatsTypesQuery,
} from './wire.ts';

/** Without what asks for a file. */
type Asked<Query> = Input<Omit<Query, 'format' | 'language'>>;

const path = '/v1/dynamic/trail/stats/';

/** Counts of the timeline, and who has gone silent. Genjin only. */
export class Stats extends Resource {
  /**
   * How many entries there are in each month or day.
   *
   * @example
   * const { list, totalItem } = await client.stats.periods({ companyId: 16696797769, unit: 'month' });
   * for (const { period, count } of list) console.log(period, count, totalItem);
   */
  periods(query: Input<StatsPeriodsQuery> = {}, options: CallOptions = {}): Promise<StatsPeriodsData> {
    return this.read(`${path}periods`, query, options);
  }

  /**
   * What each user wrote in each day or month of a period.
   *
   * @example
   * const { list } = await client.stats.people({ startTime: '2022-09-01', endTime: '2022-09-30' });
   * for (const person of list) console.log(person.nickname, person.total, person.periods.length);
   */
  people(query: Asked<StatsPeopleQuery>, options: CallOptions = {}): Promise<StatsPeopleData> {
    return this.read(`${path}people`, query, options);
  }

  /**
   * How many entries of each type there are in a period and in the one before.
   *
   * @example
   * const { list, totalItem } = await client.stats.types({ startTime: '2022-01-01', endTime: '2022-12-31' });
   * for (const { type, count, before } of list) console.log(type, count, before);
   * console.log(totalItem);
   */
  types(query: Asked<StatsTypesQuery>, options: CallOptions = {}): Promise<StatsTypesData> {
    return this.read(`${path}types`, query, options);
  }

  /**
   * The same by country.
   *
   * @example
   * const { list, totalItem } = await client.stats.countries({ startTime: '2022-01-01', endTime: '2022-12-31' });
   * for (const { country, count, companies } of list) console.log(country, count, companies);
   * console.log(totalItem);
   */
  countries(query: Asked<StatsCountriesQuery>, options: CallOptions = {}): Promise<StatsCountriesData> {
    return this.read(`${path}countries`, query, options);
  }

  /**
   * Companies that nobody was in touch with for so many days, the most silent first.
   *
   * @example
   * const { list, bands } = await client.stats.silence({ days: 30, rules: [7, 30, 90] });
   * for (const company of list) console.log(company.name, company.days);
   * console.log(bands);
   */
  silence(query: Asked<StatsSilenceQuery> = {}, options: CallOptions = {}): Promise<StatsSilenceData> {
    return this.read(`${path}silence`, query, options);
  }
}
