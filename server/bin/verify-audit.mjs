#!/usr/bin/env node
// Verifies what `genjin audit export` wrote: that each change follows the one before it and none was changed, left out or put in; with
// --head, also that the log still has the head that was kept, so that nothing up to there was written anew or cut off.
// Uses nothing of Genjin's: the format and the hashes are described in docs/audit.md. Node 20 or later.
//
//   node verify-audit.mjs FILE [--head REVISION:HASH [--tenant ID]]
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const headerFields = ['revision', 'kind', 'object_id', 'action', 'actor', 'changed_at', 'before_revision'];
const sha256 = (text) => createHash('sha256').update(text, 'utf8').digest('base64url');

class Wrong extends Error {}

/** Throws at the first line that is wrong; answers the hash after each revision that `wanted` names, and the heads, by tenant. */
async function verify(file, wanted) {
  const logs = new Map();
  let log = null;
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    try {
      log = next(log, JSON.parse(line), logs, wanted);
    } catch (error) {
      throw new Wrong(`line ${number}: ${error.message}`);
    }
  }
  if (log !== null) throw new Wrong(`the file ends at revision ${log.revision} of tenant ${log.tenant}, without its head`);
  return logs;
}

function next(log, line, logs, wanted) {
  if (log === null) {
    if (line.format !== 'genjin-audit-1') throw new Wrong('a log must begin here, in the format genjin-audit-1');
    if (logs.has(line.tenant_id)) throw new Wrong(`there is a second log of tenant ${line.tenant_id}`);
    const begun = { tenant: line.tenant_id, revision: 0, hash: '', at: 0, found: null };
    logs.set(begun.tenant, begun);
    return begun;
  }
  if ('head' in line) {
    if (line.head.revision !== log.revision || line.head.chain_hash !== log.hash)
      throw new Wrong(`the head of tenant ${log.tenant} is not its last change, revision ${log.revision}`);
    return null;
  }
  const where = `revision ${line.revision} of tenant ${log.tenant}`;
  if (line.revision !== log.revision + 1) throw new Wrong(`${where} comes after revision ${log.revision}`);
  if (line.changed_at < log.at) throw new Wrong(`${where}: the time goes back`);
  const header = JSON.stringify([log.tenant, ...headerFields.map((field) => line[field])]);
  if (line.chain_hash !== sha256(`${log.hash}\n${header}\n${line.content_hash}`))
    throw new Wrong(`${where} is not what its hash says, or does not follow the change before it`);
  log.revision = line.revision;
  log.hash = line.chain_hash;
  log.at = line.changed_at;
  if (wanted?.revision === log.revision) log.found = log.hash;
  return log;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { head: { type: 'string' }, tenant: { type: 'string' } },
      allowPositionals: true,
    });
    const [, revision, hash] = /^(\d+):([\w-]{43})$/.exec(values.head ?? '') ?? [];
    if (positionals.length !== 1 || (values.head !== undefined && hash === undefined)) throw new Error();
    const head = hash === undefined ? null : { revision: Number(revision), hash };
    return { file: positionals[0], head, tenant: values.tenant === undefined ? null : Number(values.tenant) };
  } catch {
    process.stderr.write('usage: node verify-audit.mjs FILE [--head REVISION:HASH [--tenant ID]]\n');
    process.exit(2);
  }
}

/** The log goes on from a head that was kept. */
function compare(logs, { head, tenant }) {
  if (tenant === null && logs.size !== 1) throw new Wrong(`the file has ${logs.size} logs: say whose head it is, --tenant ID`);
  const log = tenant === null ? logs.values().next().value : logs.get(tenant);
  if (log === undefined) throw new Wrong(`the file has no log of tenant ${tenant}`);
  if (log.revision < head.revision)
    throw new Wrong(`the log of tenant ${log.tenant} ends at revision ${log.revision}: its tail up to ${head.revision} was cut`);
  if (log.found !== head.hash)
    throw new Wrong(`the log of tenant ${log.tenant} was written anew at or before revision ${head.revision}`);
}

const given = readArguments();
try {
  const logs = await verify(given.file, given.head);
  if (given.head !== null) compare(logs, given);
  for (const { tenant, revision, hash } of logs.values())
    process.stdout.write(`tenant ${tenant}: right up to ${revision}:${hash}\n`);
} catch (error) {
  process.stdout.write(`WRONG  ${error.message}\n`);
  process.exitCode = 1;
}
