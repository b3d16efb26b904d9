import type { Learned } from '../domain/import.ts';
import { type User, userStates } from '../domain/objects.ts';
import { COUNTRIES, type Country } from './firm-countries.ts';
import { type FirmUser, telephone } from './firm-directory.ts';
import { mix, Random } from './firm-random.ts';

type Row = [nickname: string, family: string, second: string, gender: number, mail: string];

/** The people of the firm by their nicknames. */
const PEOPLE: readonly Row[] = [
  ['林晓棠', '林', '晓棠', 2, 'lin.xiaotang'],
  ['周启航', '周', '启航', 1, 'zhou.qihang'],
  ['Vivian', '苏', '婉清', 2, 'vivian.su'],
  ['陈屿', '陈', '屿', 1, 'chen.yu'],
  ['王若溪', '王', '若溪', 2, 'wang.ruoxi'],
  ['Leo', '梁', '锐', 1, 'leo.liang'],
  ['何景明', '何', '景明', 1, 'he.jingming'],
  ['许南乔', '许', '南乔', 2, 'xu.nanqiao'],
  ['Grace', '高', '静', 2, 'grace.gao'],
  ['郑一帆', '郑', '一帆', 1, 'zheng.yifan'],
  ['沈知夏', '沈', '知夏', 2, 'shen.zhixia'],
  ['罗北辰', '罗', '北辰', 1, 'luo.beichen'],
  ['Kevin', '邓', '凯文', 1, 'kevin.deng'],
  ['唐沐阳', '唐', '沐阳', 1, 'tang.muyang'],
  ['谢雨桐', '谢', '雨桐', 2, 'xie.yutong'],
  ['马嘉禾', '马', '嘉禾', 1, 'ma.jiahe'],
  ['Coco', '叶', '可可', 2, 'coco.ye'],
  ['韩松岭', '韩', '松岭', 1, 'han.songling'],
  ['方可盈', '方', '可盈', 2, 'fang.keying'],
  ['曹砚', '曹', '砚', 1, 'cao.yan'],
];

const DEPARTMENTS = [
  { departmentId: 148, name: '外贸一部' },
  { departmentId: 149, name: '外贸二部' },
  { departmentId: 152, name: '市场部' },
];
const ROOT = { departmentId: 0, name: '我的企业' };
const POSITIONS = ['外贸业务员', '外贸业务员', '高级业务员', '业务员|跟单', '客户经理'];
const HOME = COUNTRIES.find(({ code }) => code === 'cn') as Country;

/** Who works at the firm, in our words, and one who has left it. The first of them leads it, the next ones a department each. */
export function firmPeople(users: readonly FirmUser[], seed: number): Learned[] {
  const people = users.map((user, n) => person(user, n, seed));
  const last = Number(users.at(-1)?.user_id ?? 0);
  const former: User = {
    userId: last + 1,
    nickname: 'Tony',
    avatar: '',
    email: 'tony.pan@genjin-demo.example',
    state: userStates.removed,
    details: { familyName: '潘', secondName: '拓', gender: 1, position: '外贸业务员' },
  };
  return [...people, former].map((fields) => ({ kind: 'user', id: fields.userId, fields }));
}

function person({ user_id, nickname, avatar }: FirmUser, n: number, seed: number): User {
  const random = new Random(mix(seed, n));
  const [, familyName, secondName, gender, mail] = PEOPLE[n % PEOPLE.length] as Row;
  const round = Math.floor(n / PEOPLE.length);
  const department = DEPARTMENTS[n % DEPARTMENTS.length] as (typeof DEPARTMENTS)[number];
  const position = n === 0 ? '总经理' : n <= DEPARTMENTS.length ? '部门经理|客户经理' : random.pick(POSITIONS);
  return {
    userId: Number(user_id),
    nickname,
    avatar,
    email: `${mail}${round > 0 ? round + 1 : ''}@genjin-demo.example`,
    state: userStates.normal,
    details: {
      familyName,
      secondName,
      gender,
      position,
      mobile: telephone(HOME, random).replaceAll(' ', ''),
      departments: n === 0 ? [ROOT] : n <= DEPARTMENTS.length ? [department, ROOT] : [department],
    },
  };
}
