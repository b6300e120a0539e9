require('reflect-metadata');

require('./boot.cjs')({
  common: require('@nestjs/common'),
  core: require('@nestjs/core'),
  authgear: require('nestjs-authgear'),
  testing: require('nestjs-authgear/testing'),
  nest: require('@nestjs/core/package.json').version,
});
