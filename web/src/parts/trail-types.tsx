import BankOutlined from '@ant-design/icons/BankOutlined';
import CalendarOutlined from '@ant-design/icons/CalendarOutlined';
import EditOutlined from '@ant-design/icons/EditOutlined';
import EnvironmentOutlined from '@ant-design/icons/EnvironmentOutlined';
import FileTextOutlined from '@ant-design/icons/FileTextOutlined';
import FundOutlined from '@ant-design/icons/FundOutlined';
import HomeOutlined from '@ant-design/icons/HomeOutlined';
import MailOutlined from '@ant-design/icons/MailOutlined';
import MessageOutlined from '@ant-design/icons/MessageOutlined';
import PhoneOutlined from '@ant-design/icons/PhoneOutlined';
import ShopOutlined from '@ant-design/icons/ShopOutlined';
import ShoppingCartOutlined from '@ant-design/icons/ShoppingCartOutlined';
import TeamOutlined from '@ant-design/icons/TeamOutlined';
import type { ComponentType } from 'react';
import type { Texts } from '../texts/zh.ts';

type Name = keyof Texts['type'];

/** The look of each type; the colours stand in style.css. What the system recorded is grey. */
const looks: Readonly<Record<Name, readonly [ComponentType, string]>> = {
  t101: [EditOutlined, 'blue'],
  t102: [MailOutlined, 'cyan'],
  t103: [PhoneOutlined, 'green'],
  t104: [TeamOutlined, 'orange'],
  t105: [MessageOutlined, 'purple'],
  t106: [BankOutlined, 'red'],
  t107: [ShopOutlined, 'red'],
  t108: [HomeOutlined, 'gold'],
  t109: [HomeOutlined, 'gold'],
  t110: [MailOutlined, 'indigo'],
  t111: [EnvironmentOutlined, 'pink'],
  t112: [CalendarOutlined, 'teal'],
  t801: [ShoppingCartOutlined, 'grey'],
  t802: [ShoppingCartOutlined, 'grey'],
  t1201: [FundOutlined, 'grey'],
  t1203: [FundOutlined, 'grey'],
  t1204: [FundOutlined, 'grey'],
};

/** All types that have a name here: its key and their number. */
export const namedTypes = (Object.keys(looks) as Name[]).map((name) => ({ name, type: Number(name.slice(1)) }));

/** The key of a type's name, or `null` for a number that is not known here. */
export function typeName(type: number): Name | null {
  const name = `t${type}`;
  return Object.hasOwn(looks, name) ? (name as Name) : null;
}

/** A coloured circle with the type's picture. */
export function TypeMark({ type }: { type: number }) {
  const name = typeName(type);
  const [Icon, colour] = name === null ? ([FileTextOutlined, 'grey'] as const) : looks[name];
  return (
    <span className={`type-mark ${colour}`} aria-hidden="true">
      <Icon />
    </span>
  );
}
