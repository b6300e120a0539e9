import { ApolloDriver } from '@nestjs/apollo';
import { MercuriusDriver } from '@nestjs/mercurius';
import { describeGraphql } from '../support/graphql.js';

describeGraphql('Apollo on Fastify', 'fastify', { driver: ApolloDriver });
describeGraphql('Mercurius', 'fastify', { driver: MercuriusDriver });
