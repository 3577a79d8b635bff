using System.Diagnostics;
using System.Diagnostics.Metrics;
using Stiefel.Server.Metrics;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Metrics;

public sealed class MetricsTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Metrics_Promtool_HasNothingToSay()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await promtool.StandardInput.WriteAsync(await GetAsync(server));
        promtool.StandardInput.Close();
        Assert.Equal("", await promtool.StandardOutput.ReadToEndAsync(Token) + await promtool.StandardError.ReadToEndAsync(Token));
        await promtool.WaitForExitAsync(Token);
        Assert.Equal(0, promtool.ExitCode);
    }

    /// <summary>Closed connections stay in the counters, because a counter never falls.</summary>
    [Fact]
    public async Task Metrics_OfTheBlockServer_CountWhatWasServed()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using (var disk = server.Connect(desktop.ExportName))
        {
            Assert.True(disk!.TryWrite(0, new byte[4096]));
            Assert.Contains("\nstiefel_nbd_connections 1\n", await GetAsync(server), StringComparison.Ordinal);
        }

        using var limit = new CancellationTokenSource(TimeLimit.Seconds(20));
        while (server.NbdConnections.Count > 0)
        {
            await Task.Delay(20, limit.Token);
        }

        var metrics = await GetAsync(server);
        Assert.Contains("\nstiefel_nbd_written_bytes_total 4096\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nstiefel_nbd_connections 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nstiefel_sessions 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nstiefel_grants 1\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Meter_OfThePlatform_IsBelow()
    {
        await using var server = await RunningServer.StartAsync(_files);
        var published = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => published.Add($"{instrument.Meter.Name} {instrument.Name}") };
        listener.Start();
        Assert.Contains($"{ServerMetrics.Name} stiefel_nbd_requests_total", published);
    }

    private async Task<string> GetAsync(RunningServer server)
    {
        using var http = server.AdminClient(_files.Key);
        return await http.GetStringAsync("/metrics", Token);
    }
}
