using Microsoft.OpenApi;
using Stiefel.Protocol.Control;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Stiefel.Server.Admin;

/// <summary>The data of a server-sent event in the API's description: no route has it for a body.</summary>
internal sealed class EventSchema : IDocumentFilter
{
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) => context.SchemaGenerator.GenerateSchema(typeof(ServerEvent), context.SchemaRepository);
}
