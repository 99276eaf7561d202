import { getKernel, registerKernel, unregisterKernel, type KernelFunc } from '@tensorflow/tfjs-core';
import { filterGradient, inputGradient } from './convolution-gradients.ts';
import { depthwiseInputGradient } from './depthwise-gradient.ts';
import { batchNormGradKernel, batchNormKernel } from './wasm-batch-norm.ts';
import { unsortedSegmentSum } from './segment-sum.ts';

const KERNELS: Readonly<Record<string, KernelFunc>> = {
  Conv2DBackpropFilter: filterGradient,
  Conv2DBackpropInput: inputGradient,
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  BatchNorm: batchNormKernel,
  BatchNormGrad: batchNormGradKernel,
  UnsortedSegmentSum: unsortedSegmentSum,
};

/** Gives the wasm backend the kernels training needs: those it lacks, a faster one for a convolution's input gradient, and batch normalisation. */
export function registerWasmKernels(): void {
  for (const [kernelName, kernelFunc] of Object.entries(KERNELS)) {
    const present = getKernel(kernelName, 'wasm');
    if (present?.kernelFunc === kernelFunc) continue;
    if (present !== undefined && present !== null) unregisterKernel(kernelName, 'wasm');
    registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  }
}
