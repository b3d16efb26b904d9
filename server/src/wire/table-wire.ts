/** Lists of our own that may be had as a table for people too. */
import { word } from './fields.ts';
import { exportLanguages } from './trail-export-wire.ts';

export const tableFormatNames = ['csv', 'xlsx'] as const;
export type TableFormat = (typeof tableFormatNames)[number];

export const tableFields = {
  format: word(
    '格式 · json: this answer · csv, xlsx: a table with all rows, whatever the page; UTF-8 with a byte order mark, or an Excel workbook.',
    ['json', ...tableFormatNames],
    'json',
  ),
  language: word('语言 · Of the headers in csv and xlsx.', exportLanguages, 'zh'),
};
