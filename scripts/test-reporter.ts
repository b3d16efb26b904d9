/** Says at the end of a run how many tests ran on each engine. */
import type { Reporter, TestModule } from 'vitest/node';

export default class EngineTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, { files: number; passed: number; failed: number; skipped: number }>();
    for (const module of modules) {
      const name = module.project.name;
      const count = counts.get(name) ?? { files: 0, passed: 0, failed: 0, skipped: 0 };
      counts.set(name, count);
      count.files += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') count[state] += 1;
      }
    }
    const lines = [...counts].map(
      ([name, { files, passed, failed, skipped }]) =>
        `  ${name.padEnd(10)} ${[files, passed, failed, skipped].map((count) => String(count).padStart(7)).join(' ')}`,
    );
    process.stdout.write(`\n  engine       files  passed  failed skipped\n${lines.join('\n')}\n`);
  }
}
