import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type { SubjectListData, SubjectListQuery } from './wire.ts';

export type SubjectQuery = Input<Omit<SubjectListQuery, 'format' | 'language'>>;

/** Companies, leads and opportunities as one kind of list. Genjin only. */
export class Subjects extends Resource {
  /**
   * One page of those that match, in any order, and the number of all.
   *
   * @example
   * const { list, totalItem } = await client.subjects.list({ kind: 'company', sort: 'silence', count: 20 });
   * for (const company of list) console.log(company.name, company.days_silent, totalItem);
   */
  list(query: SubjectQuery = {}, options: CallOptions = {}): Promise<SubjectListData> {
    return this.read('/v1/dynamic/subject/list', query, options);
  }
}
