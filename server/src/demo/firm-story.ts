import type { PersonalType, PhraseBook, SystemType } from './firm-phrases.ts';
import { CHINESE_BOOK, ENGLISH_BOOK, TOPICS } from './firm-phrases.ts';
import type { Random } from './firm-random.ts';
import type { Scene } from './firm-scene.ts';
import { render } from './firm-scene.ts';

const VISITS: ReadonlySet<number> = new Set([104, 106, 107, 108, 109, 111]);
const VISIT_TOPIC = TOPICS.indexOf('visit');
const DEAL_TOPIC = TOPICS.indexOf('deal');
const FAIR_TOPIC = TOPICS.indexOf('fair');
const LONGEST = 900;

/** The text of an entry; `topic` is an index of TOPICS. */
export function tell(scene: Scene, type: PersonalType, topic: number, english: boolean): string {
  const { random } = scene;
  const book = english ? ENGLISH_BOOK : CHINESE_BOOK;
  if (type === 102 && random.chance(0.05)) return '';
  if (scene.who === '') scene.who = english ? 'the buyer' : '客户';
  const form = random.unit();
  let text: string;
  if (VISITS.has(type)) {
    text = form < 0.35 ? minutes(scene, book, topic) : remark(scene, book, type, random.chance(0.4) ? VISIT_TOPIC : topic);
  } else if (type === 110) {
    text = form < 0.15 ? letter(scene, book, topic, english) : remark(scene, book, type, topic);
  } else if (type === 112) {
    text = form < 0.7 ? plan(scene, book) : remark(scene, book, type, topic);
  } else {
    text =
      form < 0.04
        ? minutes(scene, book, topic)
        : remark(scene, book, type, type !== 101 && topic === VISIT_TOPIC ? DEAL_TOPIC : topic);
  }
  if (random.chance(0.035)) text = `${text}${random.chance(0.3) ? '\n' : ' '}${render(random.pick(book.oddities), scene)}`;
  return text;
}

function begin(text: string, book: PhraseBook): string {
  return book === ENGLISH_BOOK ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

export function report(scene: Scene, type: SystemType): string {
  return render(scene.random.pick(CHINESE_BOOK.system[type]), scene);
}

function remark(scene: Scene, book: PhraseBook, type: PersonalType, topic: number): string {
  const { random } = scene;
  const opener = render(random.pick(book.openers[type]), scene);
  const name = TOPICS[topic] as (typeof TOPICS)[number];
  const lines = book.topics[name];
  const first = random.below(lines.length);
  let text = render(lines[first] as (typeof lines)[number], scene);
  text = opener === '' || opener.endsWith('. ') ? opener + begin(text, book) : opener + text;
  if (random.chance(0.3)) {
    text +=
      book.comma + render(lines[(first + random.between(1, lines.length - 1)) % lines.length] as (typeof lines)[number], scene);
  }
  if (random.chance(0.45)) return text + book.stop + (book === ENGLISH_BOOK ? ' ' : '') + render(random.pick(book.nexts), scene);
  return random.chance(0.5) ? text + book.stop : text;
}

function plan(scene: Scene, book: PhraseBook): string {
  return render(scene.random.pick(book.openers[112]), scene) + render(scene.random.pick(book.plans), scene);
}

function minutes(scene: Scene, book: PhraseBook, topic: number): string {
  const { random } = scene;
  const count = random.chance(0.12) ? random.between(10, 22) : random.between(3, 7);
  const style = random.below(3);
  let text = render(random.pick(book.minutesHeads), scene);
  for (let i = 1; i <= count && text.length < LONGEST; i += 1) {
    text += `${style === 0 ? `\n${i}. ` : style === 1 ? '\n- ' : '\n'}${point(scene, book, topic, i)}`;
  }
  return random.chance(0.7) ? `${text}\n${render(random.pick(book.minutesTails), scene)}` : text;
}

function letter(scene: Scene, book: PhraseBook, topic: number, english: boolean): string {
  const { random } = scene;
  const count = random.chance(0.2) ? random.between(7, 16) : random.between(2, 6);
  let text = `${render(random.pick(book.letters), scene)}\n`;
  for (let i = 1; i <= count && text.length < LONGEST; i += 1)
    text += `\n${english ? '* ' : ''}${point(scene, book, topic, i)}${book.stop}`;
  return text + render(random.pick(book.letterEnds), scene);
}

/** The points of one text walk through the lines of the topic and the topics after it, so that none comes twice. */
function point(scene: Scene, book: PhraseBook, topic: number, i: number): string {
  const name = TOPICS[(topic + Math.floor(i / 4)) % TOPICS.length] as (typeof TOPICS)[number];
  const lines = book.topics[name];
  return begin(render(lines[(scene.quantity + i) % lines.length] as (typeof lines)[number], scene), book);
}

/** Where a company stands on its way round the topics at a share of the whole period, with some steps aside. */
export function topicAt(phase: number, cycles: number, share: number, random: Random): number {
  const aside = random.unit();
  if (aside < 0.18) return random.below(TOPICS.length);
  const position = (phase + cycles * share) % 1;
  const topic = Math.floor(position * FAIR_TOPIC);
  return aside < 0.24 ? FAIR_TOPIC : topic;
}

/** A lead asks, sees prices and samples, or was met at a fair. */
export function leadTopic(random: Random): number {
  const share = random.unit();
  return share < 0.5 ? 0 : share < 0.75 ? 1 : share < 0.88 ? 2 : FAIR_TOPIC;
}
