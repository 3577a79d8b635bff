using System.Net;
using System.Text.Json;
using Stiefel.Cli.Control;
using Stiefel.Cli.Status;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Cli.Tests.Status;

public sealed class StatusTests
{
    private const string Document = """
        {"laptop":"think\u001b[2Jpad","version":"0.1.0","startedAt":"2026-01-02T03:04:05+00:00",
         "disk":{"path":"/dev/sda","readOnly":false,"state":"granted","heldBy":"6c472c2c25ab6e80ea1275381f265d4f","heldSince":"2026-01-02T03:04:05+00:00"},
         "boot":{"title":"Debian","kernelRelease":"6.1","kernelBytes":8200000,"initrdBytes":36700160,"driversAvailable":true,"problem":null},
         "sessions":[{"id":"6c472c2c25ab6e80ea1275381f265d4f","key":"blue","machine":"fe80::1%2","since":"2026-01-02T03:04:05+00:00"}],
         "connections":[{"remote":"[fe80::1%2]:40000","export":"session 6c472c2c","bytesRead":1500000,"bytesWritten":0,"requests":3,"since":"2026-01-02T03:04:05+00:00"}],
         "machines":[{"address":"fe80::1%2","stage":"connected","events":[{"at":"2026-01-02T03:04:05+00:00","stage":"connected","text":"uses session 6c472c2c"}]}]}
        """;

    [Fact]
    public void Text_WholeStatus_TellsAllOfItAndDrawsNothing()
    {
        var text = StatusText.Of(Document);
        foreach (var part in new[] { "think?[2Jpad", "/dev/sda, granted, held by session 6c472c2c", "Debian, kernel 8.2 MB, initrd 36.7 MB", "key blue", "read 1.5 MB", "connected: uses session" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain('\u001b', text);
    }

    [Theory]
    [InlineData("""{"onCleanEnd":"restart","failedReturns":0,"held":null,"leaving":null}""", "return   on a clean end: restart\n")]
    [InlineData("""{"onCleanEnd":"restart","failedReturns":3,"held":"3 returns\u001b failed","leaving":null}""", "WARNING: not by itself, since 3 returns? failed")]
    [InlineData("""{"onCleanEnd":"wait","failedReturns":null,"held":null,"leaving":{"action":"power-off","because":"asked","since":"2026-01-02T03:04:05+00:00"}}""", "leaves   power-off since ")]
    public void Text_OfALaptopThatMayReturn_SaysHow(string home, string expected) =>
        Assert.Contains(expected, StatusText.Of(Document.Replace("\"sessions\"", $"\"return\":{home},\"sessions\"", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("""{"laptop":7}""")]
    [InlineData("null")]
    public void Text_SomethingElse_IsAnErrorTheVerbKnows(string json) => Assert.ThrowsAny<JsonException>(() => StatusText.Of(json));

    [Fact]
    public void Text_StateOfALaterServer_IsShownAsItIs() =>
        Assert.Contains("/dev/sda, on-its-way-home, held by", StatusText.Of(Document.Replace("\"granted\"", "\"on-its-way-home\"", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Theory]
    [InlineData("192.168.1.5", "192.168.1.5:4645")]
    [InlineData("192.168.1.5:7", "192.168.1.5:7")]
    [InlineData("fe80::1%3", "[fe80::1%3]:4645")]
    [InlineData("[fe80::1%3]:7", "[fe80::1%3]:7")]
    [InlineData("laptop", "Unspecified/laptop:4645")]
    [InlineData("laptop.local:7", "Unspecified/laptop.local:7")]
    public void Host_EveryForm_IsUnderstood(string host, string expected) => Assert.Equal(expected, ControlPlane.ParseHost(host).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("laptop:0")]
    [InlineData("laptop:x")]
    [InlineData("https://laptop")]
    public void Host_SomethingElse_IsWrongUsage(string host) => Assert.Throws<UsageException>(() => ControlPlane.ParseHost(host));
}
