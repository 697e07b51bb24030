// Draws the reference from the API's own page.

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayOperationId: true,
  // Which permission an operation needs, and who has it.
  showExtensions: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 3,
  // Keys do not belong into a page that anybody may open.
  supportedSubmitMethods: [],
  validatorUrl: null,
});
