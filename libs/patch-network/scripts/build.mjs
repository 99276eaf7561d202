console.error('patch-network: no kernels yet');
