using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Stiefel.Server.Http;

/// <summary>A block server alone speaks no HTTP; the host wants a server nevertheless.</summary>
public sealed class NoHttpServer : IServer
{
    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken token)
        where TContext : notnull => Task.CompletedTask;

    public Task StopAsync(CancellationToken token) => Task.CompletedTask;

    public void Dispose()
    {
    }
}
