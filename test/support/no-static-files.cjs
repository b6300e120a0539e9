// In place of @fastify/static, which Mercurius requires for its GraphiQL page: it requires an ES
// module, and Jest cannot do that.
module.exports = async () => undefined;
