import type { Learned } from '../domain/import.ts';
import { parseTime } from '../wire/time.ts';

const at = (time: string): number => parseTime(time) as number;

/** The two authors, the company, and so on, by their ids. */
const [xk, san] = [55938259, 55281444];
const companyId = 16696797769;
const edited = at('2024-08-20 10:48:42');

/** Right after the last entry of the example, so that it adds to what they tell. */
export const exampleObjectsKnownAt = edited + 1000;

/** What the neighbours of the timeline show of the example's objects; nothing of it is published. */
export const exampleObjects: readonly Learned[] = [
  { kind: 'user', id: xk, fields: { email: 'cxk@genjin-demo.example', details: { position: '外贸业务员' } } },
  {
    kind: 'user',
    id: san,
    fields: { email: 'zhang.san@genjin-demo.example', details: { familyName: '张', secondName: '三', position: '外贸业务员' } },
  },
  {
    kind: 'company',
    id: companyId,
    fields: {
      serialId: 'M021',
      ownerIds: [xk],
      createdBy: san,
      createdAt: at('2022-01-28 05:10:00'),
      archivedAt: at('2022-01-28 05:10:00'),
      updatedAt: edited,
      editedAt: edited,
      details: { shortName: '021', country: 'BE', telAreaCode: '32', tel: '25550121', star: 3, editedBy: xk, archiveType: 1 },
    },
  },
  { kind: 'contact', id: 4415640999551, fields: { main: true, details: { post: 'Buyer' } } },
  {
    kind: 'opportunity',
    id: 23273099298949,
    fields: {
      serialId: 'MO2',
      mainUserId: xk,
      createdBy: xk,
      createdAt: at('2024-07-08 09:30:00'),
      updatedAt: at('2024-08-12 17:10:07'),
      details: { contactIds: [4415640999551], amount: '12800', currency: 'EUR' },
    },
  },
  {
    kind: 'opportunity',
    id: 1418441883793,
    fields: {
      serialId: 'MO1',
      mainUserId: san,
      createdBy: san,
      createdAt: at('2023-06-19 15:00:00'),
      updatedAt: at('2023-06-25 15:47:32'),
      details: { amount: '100', currency: 'USD' },
    },
  },
];
