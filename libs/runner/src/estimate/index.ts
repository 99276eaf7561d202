export { estimatePlan, type PlanEstimate } from './estimate-plan.ts';
export { planText } from './plan-text.ts';
