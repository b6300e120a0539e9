import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import nest from '@nestjs/core/package.json' with { type: 'json' };
import { AuthgearModule, CurrentUser } from 'nestjs-authgear';
import { TestIssuer } from 'nestjs-authgear/testing';
import boot from './boot.cjs';

await boot({
  common: { Controller, Get, Module },
  core: { NestFactory },
  authgear: { AuthgearModule, CurrentUser },
  testing: { TestIssuer },
  nest: nest.version,
});
