import type { Subjects } from '../../domain/subject.ts';
import { subjectTable } from '../../export/stats-tables.ts';
import { presentSubjectList, readSubjectList, subjectListData, subjectListQuery } from '../../wire/subject-wire.ts';
import type { Route } from '../route.ts';
import { listed } from './listing.ts';
import { tableFile, tableHeaders, tableTypes } from './table.ts';

/** Companies, leads and opportunities, searched and sorted alike. */
export const subjectRoutes = (subjects: Subjects): Route[] => [
  {
    method: 'GET',
    path: '/v1/dynamic/subject/list',
    module: 'company',
    summary: '客户、线索、商机列表 · List companies, leads or opportunities',
    description:
      'Those that were not removed, searched by name, number, contact person or mail, sorted by last contact, next follow-up, days of silence, name or creation, with the exact total.',
    query: subjectListQuery,
    headers: tableHeaders,
    files: tableTypes,
    data: subjectListData,
    errors: ['400'],
    handle: async (caller, query) => {
      const { question, page, format, language } = readSubjectList(query);
      const found = await subjects.list(caller, question, format === 'json' ? page : null);
      if (format === 'json') return listed(presentSubjectList(found), found);
      return tableFile({ table: subjectTable(question.kind, found), ...found, name: question.kind }, format, language);
    },
  },
];
