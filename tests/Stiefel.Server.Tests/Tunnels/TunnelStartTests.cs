using System.Collections;
using Microsoft.Extensions.Logging.Abstractions;
using Stiefel.Server.Configuration;
using Stiefel.Server.Tests.Hosting;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Tests.Tunnels;

/// <summary>The server that has the tunnels at a port.</summary>
public sealed class TunnelStartTests
{
    private const int Port = 61943;

    [Fact]
    public async Task Claim_OfTunnels_LiesWhereOnlyRootCanPutAFileAndKeepsAnotherOut()
    {
        using var files = new ServerFiles();
        var options = ServerOptions.Read(ServerConfiguration.Build(
            ["--Disk:Path", files.Disk, "--Keys:Directory", files.Keys, "--State:Directory", files.State, "--Link:Port", $"{Port}"], new Hashtable(), "", []));
        using var first = new TunnelStart(options, NullLogger<TunnelStart>.Instance);

        // This machine may have no WireGuard, which the server notices only after the claim.
        await TryStartAsync(first);

        var claim = Assert.Single(Directory.GetFiles("/run", $"stiefel-tunnels-*-{Port}.lock"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(claim));
        Assert.False(File.GetUnixFileMode("/run").HasFlag(UnixFileMode.OtherWrite));
        using var second = new TunnelStart(options, NullLogger<TunnelStart>.Instance);
        Assert.Contains("another stiefel-server", (await Assert.ThrowsAsync<IOException>(() => second.StartAsync(TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
        File.Delete(claim);
    }

    private static async Task TryStartAsync(TunnelStart start)
    {
        try
        {
            await start.StartAsync(TestContext.Current.CancellationToken);
        }
        catch (UnsafeSettingsException)
        {
            // This machine has no WireGuard.
        }
    }
}
