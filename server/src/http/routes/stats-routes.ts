import type { TrailStats } from '../../domain/stats.ts';
import { countriesTable, peopleTable, silenceTable, typesTable } from '../../export/stats-tables.ts';
import { presentSilence, readSilence, silenceData, silenceQuery } from '../../wire/silence-wire.ts';
import {
  countriesData,
  countriesQuery,
  peopleData,
  peopleQuery,
  periodsData,
  periodsQuery,
  presentCountries,
  presentPeople,
  presentPeriods,
  presentTypes,
  readCountries,
  readPeople,
  readPeriods,
  readTypes,
  typesData,
  typesQuery,
} from '../../wire/stats-wire.ts';
import type { Route } from '../route.ts';
import { listed, revisionHeader } from './listing.ts';
import { tableFile, tableHeaders, tableTypes } from './table.ts';

const asTable = { headers: tableHeaders, files: tableTypes, errors: ['400'] } as const;

/** Counts of the timeline, each what the list gives; and who has gone silent. */
export const statsRoutes = (stats: TrailStats): Route[] => [
  {
    method: 'GET',
    path: '/v1/dynamic/trail/stats/periods',
    module: 'company',
    summary: '按日、按月统计跟进 · Follow-ups by day or month',
    description:
      'How many entries the list gives in each day or month, with any of its filters but as_of. Of the enterprise, a company, a lead or an opportunity a month costs the same however many entries it has.',
    query: periodsQuery,
    headers: revisionHeader,
    data: periodsData,
    errors: ['400'],
    handle: async (caller, query) => {
      const { unit, filter } = readPeriods(query);
      const found = await stats.periods(caller, filter, unit);
      return listed(presentPeriods(found, unit), found);
    },
  },
  {
    ...asTable,
    method: 'GET',
    path: '/v1/dynamic/trail/stats/people',
    module: 'company',
    summary: '按员工统计跟进 · Follow-ups by person',
    description:
      'What each user wrote in each day or month of a period: each count is the total that the list gives for this create_user and these days.',
    query: peopleQuery,
    data: peopleData,
    handle: async (caller, query) => {
      const { filter, unit, format, language } = readPeople(query);
      const found = await stats.people(caller, filter, unit);
      if (format === 'json') return listed(presentPeople(found, unit), found);
      return tableFile({ table: peopleTable(found.rows, unit), ...found, name: 'people' }, format, language);
    },
  },
  {
    ...asTable,
    method: 'GET',
    path: '/v1/dynamic/trail/stats/types',
    module: 'company',
    summary: '按类型统计跟进 · Follow-ups by type',
    description: 'How many entries of each type took place in a period, and in the period of the same length before.',
    query: typesQuery,
    data: typesData,
    handle: async (caller, query) => {
      const { filter, format, language } = readTypes(query);
      const found = await stats.types(caller, filter);
      if (format === 'json') return listed(presentTypes(found), found);
      return tableFile({ table: typesTable, ...found, name: 'types' }, format, language);
    },
  },
  {
    ...asTable,
    method: 'GET',
    path: '/v1/dynamic/trail/stats/countries',
    module: 'company',
    summary: '按国家统计跟进 · Follow-ups by country',
    description:
      'How many entries took place in a period, and in the one before, by the country of the company or lead that they are about.',
    query: countriesQuery,
    data: countriesData,
    handle: async (caller, query) => {
      const { filter, format, language } = readCountries(query);
      const found = await stats.countries(caller, filter);
      if (format === 'json') return listed(presentCountries(found), found);
      return tableFile({ table: countriesTable, ...found, name: 'countries' }, format, language);
    },
  },
  {
    ...asTable,
    method: 'GET',
    path: '/v1/dynamic/trail/stats/silence',
    module: 'company',
    summary: '沉默客户 · Companies that have gone silent',
    description:
      'Companies that were not removed, by whole days (Beijing time) since their last contact: the latest live entry about them that is not in the future.',
    query: silenceQuery,
    data: silenceData,
    handle: async (caller, query) => {
      const { question, page, format, language } = readSilence(query);
      const found = await stats.silence(caller, question, format === 'json' ? page : null);
      if (format === 'json') return listed(presentSilence(found), found);
      return tableFile({ table: silenceTable(found), ...found, name: 'silence' }, format, language);
    },
  },
];
