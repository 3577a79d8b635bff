using Microsoft.OpenApi;
using Stiefel.Protocol.Control;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Stiefel.Server.Admin;

/// <summary>Adds the data of server-sent events to the API's description; no route returns it as a body, so the generator would leave it out.</summary>
internal sealed class EventSchema : IDocumentFilter
{
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) => context.SchemaGenerator.GenerateSchema(typeof(ServerEvent), context.SchemaRepository);
}
