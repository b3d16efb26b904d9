import type { Api } from './api.ts';
import { companyScenarios } from './company-scenarios.ts';
import { leadScenarios } from './lead-scenarios.ts';
import { opportunityScenarios } from './opportunity-scenarios.ts';
import { reportScenarios } from './report-scenarios.ts';
import { Difference, firmMarks, NotApplicable, type Scenario } from './scenario.ts';
import { tokenScenarios } from './token-scenarios.ts';
import { trailLifeScenarios } from './trail-life-scenarios.ts';
import { trailScenarios } from './trail-scenarios.ts';
import { userScenarios } from './user-scenarios.ts';
import { webhookScenarios } from './webhook-scenarios.ts';

/** Every scenario, in the order in which they are run. */
export const scenarios: readonly Scenario[] = [
  ...trailScenarios,
  ...trailLifeScenarios,
  ...companyScenarios,
  ...leadScenarios,
  ...opportunityScenarios,
  ...userScenarios,
  ...reportScenarios,
  ...webhookScenarios,
  // Last, because it has failures on purpose.
  ...tokenScenarios,
];

/** The modules that any scenario needs. */
export const neededModules = [...new Set(scenarios.flatMap(({ modules }) => modules))];

export type Verdict = 'agrees' | 'differs' | 'not applicable';

export interface Finding {
  readonly scenario: Scenario;
  readonly verdict: Verdict;
  /** What was seen, where it does not agree; without any secret. */
  readonly seen: string;
}

/** Runs scenarios, all without being told which, one after another, and tells of each as it is done. The api must have signed in. */
export async function checkAll(
  api: Api,
  tell: (finding: Finding) => void = () => undefined,
  which: readonly Scenario[] = scenarios,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const scenario of which) {
    const finding = await check(api, scenario);
    findings.push(finding);
    tell(finding);
  }
  return findings;
}

async function check(api: Api, scenario: Scenario): Promise<Finding> {
  const missing = scenario.modules.filter((module) => !api.modules.has(module));
  if (missing.length > 0) return { scenario, verdict: 'not applicable', seen: `no scope ${missing.join(' ')}` };
  try {
    await scenario.holds(api);
    return { scenario, verdict: 'agrees', seen: '' };
  } catch (error) {
    if (!(error instanceof Difference || error instanceof NotApplicable)) throw error;
    const verdict = error instanceof Difference ? 'differs' : 'not applicable';
    return { scenario, verdict, seen: withoutSecrets(error.message, api.secrets) };
  }
}

/** A text that another server had a say in, fit for a terminal: a server may send back what it was sent. */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  let shown = text;
  for (const secret of secrets) shown = shown.replaceAll(secret, '…');
  return shown.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ').toWellFormed();
}

/** Whether another server agrees in everything that programs written for OKKI rely on. */
export const agrees = (findings: readonly Finding[]): boolean =>
  !findings.some(({ scenario, verdict }) => verdict === 'differs' && firmMarks.has(scenario.mark));
