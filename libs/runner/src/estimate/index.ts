export { estimatePlan, type PlanEstimate } from './estimate-plan.ts';
