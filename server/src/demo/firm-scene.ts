import { dayWords } from './firm-clock.ts';
import type { City, Country } from './firm-countries.ts';
import type { Product } from './firm-products.ts';
import { Random } from './firm-random.ts';

/** What one text is about: set up once an entry, so that a text names one product, one price and one person throughout. */
export class Scene {
  readonly random = new Random(0);
  country!: Country;
  product!: Product;
  quantity = 0;
  price = 0;
  who = '';
  me = '';
  mate = '';
  day = 0;

  quote(): void {
    const { product, random } = this;
    const lots = random.chance(0.7) ? random.between(2, 6) : random.between(7, 40);
    this.quantity = product.lot * lots;
    this.price = Math.round((product.low + (product.high - product.low) * random.unit()) * 100) / 100;
  }
}

export type Slot = (scene: Scene) => string;
export type Template = readonly (string | Slot)[];

export function compile(text: string, slots: Record<string, Slot>): Template {
  return text
    .split(/\{(\w+)\}/)
    .map((part, index) => {
      if (index % 2 === 0) return part;
      const slot = slots[part];
      if (slot === undefined) throw new Error(`no slot {${part}} for: ${text}`);
      return slot;
    })
    .filter((part) => part !== '');
}

export function render(template: Template, scene: Scene): string {
  let text = '';
  for (const part of template) text += typeof part === 'string' ? part : part(scene);
  return text;
}

export function money(amount: number): string {
  const cents = Math.round(amount * 100);
  const rest = cents % 100;
  return `${grouped((cents - rest) / 100)}.${rest < 10 ? '0' : ''}${rest}`;
}

export function grouped(whole: number): string {
  if (whole < 1000) return `${whole}`;
  const rest = whole % 1000;
  return `${grouped((whole - rest) / 1000)},${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}`;
}

function choice(...options: string[]): Slot {
  return ({ random }) => random.pick(options);
}

function number(low: number, high: number): Slot {
  return ({ random }) => `${random.between(low, high)}`;
}

function city(of: (country: Country) => City[], language: 'zh' | 'en'): Slot {
  return ({ country, random }) => random.pick(of(country))[language];
}

const COMMON: Record<string, Slot> = {
  model: ({ product }) => product.model,
  price: ({ price }) => `USD ${money(price)}`,
  was: ({ price, random }) => `USD ${money(price * (1.03 + random.unit() * 0.12))}`,
  aim: ({ price, random }) => `USD ${money(price * (0.86 + random.unit() * 0.1))}`,
  amount: ({ price, quantity }) => `USD ${money(price * quantity)}`,
  deposit: ({ price, quantity }) => `USD ${money(price * quantity * 0.3)}`,
  percent: number(2, 9),
  days: ({ random }) => `${random.between(5, 18) * 5}`,
  few: number(2, 6),
  small: number(1, 5),
  bad: number(6, 48),
  term: choice('FOB', 'FOB', 'FOB', 'CIF', 'CIF', 'CFR', 'DDP', 'EXW', 'DAP'),
  pi: ({ random, day }) => `PI${dayWords(day).compact.slice(2)}-${random.between(10, 99)}`,
  po: ({ random }) => `PO-${random.between(10000, 99999)}`,
  lc: ({ random }) => `LC${random.between(100000, 999999)}`,
  track: ({ random }) => `EX${random.between(10000000, 99999999)}CN`,
  vessel: ({ random }) => `${random.pick(VESSELS)} V.${random.between(10, 98)}${random.pick(['W', 'E', 'N'])}`,
  clock: ({ random }) => `${random.between(9, 21)}:${random.pick(['00', '15', '30', '45'])}`,
  cert: choice('CE', 'GS', 'UKCA', 'ETL', 'RoHS', 'REACH', 'EMC', 'SAA', 'EAC', 'BSCI'),
  hs: choice('8202.31', '8203.20', '8204.11', '8205.59', '8207.50', '8424.30', '8467.21', '8467.29', '8508.60', '9405.42'),
  who: ({ who }) => who,
  me: ({ me }) => me,
  mate: ({ mate }) => mate,
};

const VESSELS = [
  'HAI YUE 18',
  'OCEAN LANTERN',
  'BLUE HERON BAY',
  'JADE CURRENT',
  'NORTHERN KITE',
  'PEARL MONSOON',
  'SILK TIDE',
  'MING HE 7',
];

export const CHINESE_SLOTS: Record<string, Slot> = {
  ...COMMON,
  product: ({ product }) => product.zh,
  qty: ({ product, quantity }) => `${quantity}${product.unit}`,
  more: ({ product, quantity, random }) => `${quantity + product.lot * random.between(1, 5)}${product.unit}`,
  moq: ({ product }) => `${product.lot}${product.unit}`,
  today: ({ day }) => dayWords(day).zh,
  date: ({ day, random }) => dayWords(day - random.between(1, 20)).zh,
  soon: ({ day, random }) => dayWords(day + random.between(3, 40)).zh,
  port: city((country) => country.ports, 'zh'),
  city: city((country) => country.cities, 'zh'),
  load: choice('宁波', '上海', '盐田', '青岛', '厦门'),
  country: ({ country }) => country.zh,
  rival: choice(
    '印度一家同行',
    '越南工厂',
    '永康的工厂',
    '宁波一家贸易商',
    '当地批发商',
    '土耳其供应商',
    '台州的一家厂',
    '原来的老供应商',
  ),
  fair: choice('广交会', '科隆五金展', '迪拜建材展', '华交会', '拉斯维加斯五金展', '墨西哥五金展', '莫斯科工具展', '东京 DIY 展'),
  pay: choice(
    '30% 定金 70% 见提单复印件',
    'T/T 30/70',
    '即期信用证',
    'L/C 60 天',
    'O/A 45 天',
    '20% 定金尾款发货前付清',
    'D/P at sight',
  ),
  box: choice('一个小柜', '一个 40 尺高柜', '两个高柜', '拼箱', '半个柜', '一个 40GP'),
  color: choice('橙色', '军绿色', '红黑配色', '客户潘通色', '深灰', '蓝色'),
  pack: choice('彩盒', '吹塑箱', '双泡壳', '牛皮纸盒', '展示架', '吊卡', '布袋'),
  fault: choice('开关失灵', '外壳开裂', '电池掉电快', '包装破损', '少配件', '表面生锈', '噪音大', '丝印错误', '刻度模糊'),
  quick: choice('今天', '明天', '本周内', '周五前', '下周一', '月底前', '节前'),
};

export const ENGLISH_SLOTS: Record<string, Slot> = {
  ...COMMON,
  product: ({ product }) => product.en,
  qty: ({ product, quantity }) => `${grouped(quantity)} ${product.units}`,
  more: ({ product, quantity, random }) => `${grouped(quantity + product.lot * random.between(1, 5))} ${product.units}`,
  moq: ({ product }) => `${grouped(product.lot)} ${product.units}`,
  today: ({ day }) => dayWords(day).en,
  date: ({ day, random }) => dayWords(day - random.between(1, 20)).en,
  soon: ({ day, random }) => dayWords(day + random.between(3, 40)).en,
  port: city((country) => country.ports, 'en'),
  city: city((country) => country.cities, 'en'),
  load: choice('Ningbo', 'Shanghai', 'Yantian', 'Qingdao', 'Xiamen'),
  country: ({ country }) => country.code.toUpperCase(),
  rival: choice(
    'an Indian supplier',
    'a Vietnamese factory',
    'a trader in Ningbo',
    'their old supplier',
    'a local wholesaler',
    'a Turkish manufacturer',
  ),
  fair: choice(
    'Canton Fair',
    'the Cologne hardware fair',
    'the Dubai building show',
    'the Las Vegas hardware show',
    'the Tokyo DIY show',
  ),
  pay: choice('30% deposit, 70% against B/L copy', 'T/T 30/70', 'L/C at sight', 'L/C 60 days', 'O/A 45 days', 'D/P at sight'),
  box: choice('one 20GP', 'one 40HQ', 'two 40HQ', 'LCL', 'half a container', 'one 40GP'),
  color: choice('orange', 'olive green', 'red/black', 'their Pantone colour', 'dark grey', 'blue'),
  pack: choice('colour box', 'blow-moulded case', 'double blister', 'kraft box', 'floor display', 'hang card'),
  fault: choice(
    'switch failure',
    'cracked housing',
    'battery drain',
    'crushed cartons',
    'missing accessories',
    'rust spots',
    'too much noise',
    'wrong silk print',
  ),
  quick: choice('today', 'tomorrow', 'this week', 'by Friday', 'on Monday', 'before month-end'),
};
