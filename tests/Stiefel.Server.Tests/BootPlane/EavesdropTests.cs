using System.Text;
using Stiefel.Protocol.Certificates;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.BootPlane;

public sealed class EavesdropTests : IDisposable
{
    private readonly ServerFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task BootPlane_WholeBootRecorded_HoldsNoPlaintext()
    {
        const int Piece = 16;
        await using var server = await RunningServer.StartAsync(_files, "--Boot:Laptop", "the-laptops-name");
        await using var tap = new WireTap(server.Boot);
        using var desktop = await Desktop.ShakeHandsAsync(tap.Address, _files.Key);
        var kernel = await desktop.AskAsync("/v1/kernel", []);
        var initrd = await desktop.AskAsync("/v1/initrd", []);
        var grant = await desktop.RequestDiskAsync();

        var recorded = tap.Recorded;
        Assert.True(recorded.Length > kernel.Length + initrd.Length, $"only {recorded.Length} bytes were recorded");
        Assert.True(Holds(recorded, "POST /v1/export"u8), "the tap does not see what it should");
        byte[][] secrets =
        [
            kernel[..Piece], kernel[^Piece..], initrd[..Piece], initrd[(initrd.Length / 2)..][..Piece], initrd[^Piece..],
            File.ReadAllBytes(Path.Combine(_files.Keys, "stick.key"))[..Piece],
            Encoding.ASCII.GetBytes(desktop.Manifest.CommandLine), Encoding.ASCII.GetBytes("the-laptops-name"),
            Encoding.ASCII.GetBytes(grant.Name), Encoding.ASCII.GetBytes(AdminToken.For(_files.Key)), Encoding.ASCII.GetBytes("takeOver"),
        ];
        Assert.All(secrets, secret => Assert.False(Holds(recorded, secret), Convert.ToHexString(secret)));
    }

    private static bool Holds(ReadOnlySpan<byte> recorded, ReadOnlySpan<byte> secret) => recorded.IndexOf(secret) >= 0;
}
