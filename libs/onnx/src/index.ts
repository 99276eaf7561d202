export { OnnxGraph, OPSET, type Attribute, type ElementType, type Value, type Values } from './graph.ts';
export {
  applyMatrices,
  identityMatrix,
  matrixOf,
  probed,
  product,
  reversed,
  turnedMatrices,
  type AxisMatrices,
  type Matrix,
} from './matrix.ts';
