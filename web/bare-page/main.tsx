/** What the page is measured against: a page of the same library with the same kinds of controls and entries that it has itself, which asks nobody for anything. */
import { Avatar, Button, Card, ConfigProvider, DatePicker, Input, Layout, List, Menu, Select, Tag } from 'antd';
import zhCN from 'antd/locale/zh_CN';
import { memo, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

const portion = 20;
const most = 11_000;
const texts = [
  '电话确认交期：九月十二日',
  '客户来访，看了样品间，对新款很有兴趣，要一份报价',
  '发去报价单和形式发票，等回复',
  '展会上见面，交换名片',
];

interface Item {
  readonly id: number;
  readonly text: string;
}

const itemsUpTo = (count: number): Item[] =>
  Array.from({ length: count }, (_, id) => ({ id, text: `${texts[id % texts.length]}（${id}）` }));

/** One that is there is not made again when others come. */
const Row = memo(({ id, text }: Item) => (
  <List.Item data-index={id}>
    <List.Item.Meta avatar={<Avatar>李</Avatar>} title={`李雷 · ${id}`} description={text} />
    <Tag>电话</Tag>
  </List.Item>
));

/** A list that grows as one scrolls. */
function Bare() {
  const [count, setCount] = useState(portion);
  const end = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each portion it is looked at anew whether the end is near
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([seen]) => {
        if (seen?.isIntersecting) setCount((now) => Math.min(most, now + portion));
      },
      { rootMargin: '1600px' },
    );
    observer.observe(end.current as HTMLDivElement);
    return () => observer.disconnect();
  }, [count]);
  return (
    <ConfigProvider locale={zhCN}>
      <Layout>
        <Layout.Sider theme="light">
          <Menu items={['跟进', '客户', '线索', '商机'].map((label) => ({ key: label, label }))} />
        </Layout.Sider>
        <Layout.Content style={{ padding: 24 }}>
          <Input.Search placeholder="搜索" style={{ width: 240 }} />
          <Select placeholder="类型" style={{ width: 140 }} options={[{ value: 1, label: '电话' }]} />
          <DatePicker.RangePicker />
          <Button type="primary">新建</Button>
          <Card>
            <List dataSource={itemsUpTo(count)} rowKey="id" renderItem={({ id, text }) => <Row id={id} text={text} />} />
            <div ref={end} />
          </Card>
        </Layout.Content>
      </Layout>
    </ConfigProvider>
  );
}

createRoot(document.getElementById('root') as HTMLElement).render(<Bare />);
