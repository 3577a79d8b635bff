using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace Stiefel.Server.Tests.Admin;

/// <summary>Generates a client of the control plane with NSwag, from the server's own OpenAPI description and nothing else.</summary>
internal static class GeneratedClient
{
    private const string Name = "ControlPlaneClient";

    /// <param name="document">The OpenAPI description, as the server gives it.</param>
    /// <param name="http">Reaches the server.</param>
    public static async Task<object> MakeAsync(string document, HttpClient http)
    {
        var generator = new CSharpClientGenerator(await OpenApiDocument.FromJsonAsync(document), new CSharpClientGeneratorSettings
        {
            ClassName = Name,
            UseBaseUrl = false,
            CSharpGeneratorSettings = { Namespace = "Generated", JsonLibrary = CSharpJsonLibrary.SystemTextJson },
        });
        return Activator.CreateInstance(Compile(generator.GenerateFile()).GetType($"Generated.{Name}")!, http)!;
    }

    private static Assembly Compile(string source)
    {
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':').Select(file => MetadataReference.CreateFromFile(file));
        var compilation = CSharpCompilation.Create(
            "Generated", [CSharpSyntaxTree.ParseText(source)], platform, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var compiled = new MemoryStream();
        var result = compilation.Emit(compiled);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        compiled.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(compiled);
    }
}
