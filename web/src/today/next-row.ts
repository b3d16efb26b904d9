import type { NextListDataList } from '@genjin/client';
import type { SubjectKind } from '../parts/next-follow-up.tsx';

export type NextRow = NextListDataList & { readonly subject: SubjectKind };
