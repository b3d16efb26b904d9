import { describe, expect, test } from 'vitest';
import { piecesOf } from '../src/entry/diff.ts';

const told = (before: string, after: string): string =>
  piecesOf(before, after)
    .map(({ how, text }) => (how === 'same' ? text : `[${how === 'added' ? '+' : '-'}${text}]`))
    .join('');

describe('what was changed in a text', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['', '', ''],
    ['不变', '不变', '不变'],
    ['', '新的', '[+新的]'],
    ['旧的', '', '[-旧的]'],
    ['电话确认交期：九月十二日', '电话确认交期：九月十五日', '电话确认交期：九月十[-二][+五]日'],
    ['寄出样品', '寄出两件样品', '寄出[+两件]样品'],
    ['they want 300 pcs', 'they want 3000 pcs by May', 'they want [-300][+3000] pcs[+ by May]'],
    // A blank between two changed words is no island of peace.
    ['see you on Monday morning', 'see you on Friday evening', 'see you on [-Monday morning][+Friday evening]'],
    ['原因:XXX\n其他:XX', '原因:报价\n其他:无', '原因:[-XXX][+报价]\n其他:[-XX][+无]'],
    ['👩‍👩‍👧‍👦 好', '👩‍👩‍👧 好', '[-👩‍👩‍👧‍👦][+👩‍👩‍👧] 好'],
    ['<b>a</b>', '<i>a</i>', '<[-b][+i]>a</[-b][+i]>'],
  ];
  test.each(table)('%j to %j', (before, after, expected) => expect(told(before, after)).toBe(expected));

  test('whatever is told, both texts can be read in it', () => {
    const texts = [
      '',
      '客户说价格太高',
      '客户说价格还是太高，下周再谈',
      'The price is too high',
      '价格 price 价格',
      '甲乙丙'.repeat(4000),
      '一二三四'.repeat(4000),
    ];
    for (const before of texts) {
      for (const after of texts) {
        const pieces = piecesOf(before, after);
        const without = (how: string) =>
          pieces
            .filter((piece) => piece.how !== how)
            .map(({ text }) => text)
            .join('');
        expect([without('added'), without('removed')]).toEqual([before, after]);
      }
    }
  });
});
