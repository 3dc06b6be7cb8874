export const nobody = 'asks for it';
