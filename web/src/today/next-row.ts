import type { NextListDataList } from '@genjin/client';
import type { SubjectKind } from '../composer/item.ts';

export type NextRow = NextListDataList & { readonly subject: SubjectKind };
