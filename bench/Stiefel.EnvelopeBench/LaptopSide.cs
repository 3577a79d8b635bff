using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Stiefel.BootFiles.Catalog;
using Stiefel.Server;
using Stiefel.Server.BootReading;
using Stiefel.Server.Configuration;
using Stiefel.Server.Http;

namespace Stiefel.EnvelopeBench;

/// <summary>Runs stiefel-server unchanged, with an additional route that serves the same initrd in plain HTTP.</summary>
internal static class LaptopSide
{
    public const string PlainPath = "/plain/initrd";

    public static async Task<int> RunAsync(string directory, int port)
    {
        var initrd = Path.Combine(directory, "initrd");
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Boot:Kernel"] = Path.Combine(directory, "kernel"),
            ["Boot:Initrd"] = initrd,
            ["Boot:CommandLine"] = "root=/dev/vda1",
            ["Disk:Path"] = Path.Combine(directory, "kernel"),
            ["Keys:Directory"] = Path.Combine(directory, "keys"),
            ["Http:Listen"] = $"127.0.0.1:{port}",
            ["Nbd:Listen"] = "127.0.0.1:0",
            ["Link:Protection"] = "none",
            ["Admin:Listen"] = "none",
            ["Discovery:Enabled"] = "false",
            ["State:Directory"] = Path.Combine(directory, "state"),
            ["Logging:Level"] = "Warning",
        }).Build();
        await using var app = ServerHost.Build(ServerOptions.Read(settings));
        var image = new BootImage(new FileRegion(initrd, 0, new FileInfo(initrd).Length));
        app.MapGet(PlainPath, context => SendAsync(context, image)).WithMetadata(new PlaneTag(Plane.Boot));
        await app.RunAsync();
        return 0;
    }

    private static Task SendAsync(HttpContext context, BootImage image)
    {
        context.Response.ContentLength = image.Length;
        return image.ReadAsync(context.Response.Body.WriteAsync, context.RequestAborted);
    }
}
