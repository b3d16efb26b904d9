import { expect, test } from 'vitest';
import { type FirmOptions, generateFirm } from '../../src/demo/firm.ts';
import { firmComments } from '../../src/demo/firm-comments.ts';
import { parseTime } from '../../src/wire/time.ts';

const firm: FirmOptions = {
  clientId: 23412,
  seed: 23412,
  entries: 2000,
  companies: 100,
  salespeople: 10,
  endAt: Date.UTC(2026, 5, 1, 15, 59, 59),
  days: 365,
};
const entries = [...generateFirm(firm)];
const comments = firmComments(firm, entries);

test('are as many as the entries say, the same each time, in their order and none after the end', () => {
  expect(firmComments(firm, [...generateFirm(firm)])).toEqual(comments);
  const byTrail = Map.groupBy(comments, ({ trailId }) => trailId);
  for (const { trail_id, comment_count, created_at } of entries) {
    const own = byTrail.get(trail_id) ?? [];
    expect(own).toHaveLength(comment_count);
    const times = [parseTime(created_at) as number, ...own.map(({ createdAt }) => createdAt), firm.endAt];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    for (const at of times) expect(at % 1000).toBe(0);
  }
  expect(comments.length).toBeGreaterThan(100);
});

test('are by those who write entries, and mention whom they name', () => {
  const names = new Map(
    entries.map(({ create_user, create_user_info: info }) => [create_user, (info as { nickname: string }).nickname]),
  );
  for (const { authorId, mentionIds, content } of comments) {
    expect(names.has(authorId)).toBe(true);
    expect(content).not.toMatch(/@ |undefined/);
    expect(mentionIds.length > 0).toBe(content.includes('@'));
    for (const id of mentionIds) expect(content).toContain(`@${names.get(id)}`);
  }
});
