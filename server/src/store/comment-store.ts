import type { CommentStore } from '../domain/comment-stores.ts';
import type { Comment } from '../domain/objects.ts';
import type { Db } from './db.ts';
import { headOf } from './log-times.ts';
import { TxView } from './object-store.ts';
import { decode, tables } from './tables.ts';

const of = 'FROM comment WHERE tenant_id = ? AND trail_id = ? AND removed = 0';
const select = `SELECT ${tables.comment.columns.join(', ')} ${of} ORDER BY created_at, comment_id LIMIT ? OFFSET ?`;

/** Comments as they are read. */
export function commentStore(db: Db): CommentStore {
  return {
    list: (tenantId, trailId, { number, size }) =>
      db.read(tenantId, async (tx) => {
        const view = new TxView(tx, tenantId);
        if ((await view.get('trail', trailId)) === null) return null;
        const { revision } = await headOf(tx, tenantId);
        const total = (await tx.get(`SELECT COUNT(*) ${of}`, [tenantId, trailId]))?.[0] as number;
        const skip = (number - 1) * size;
        if (skip >= total) return { revision, total, rows: [], users: new Map() };
        const found = await tx.all(select, [tenantId, trailId, size, skip]);
        const rows = found.map((row): Comment => decode(tables.comment, row));
        const users = await view.objects(
          'user',
          rows.map(({ authorId }) => authorId),
        );
        return { revision, total, rows, users };
      }),
  };
}
