using Stiefel.Nbd.Tests.Support;
using Xunit;

namespace Stiefel.Nbd.Tests.Foreign;

/// <summary>qemu-img and qemu-io.</summary>
public sealed class QemuTests
{
    private const int Size = 16 * 1024 * 1024;

    [Fact]
    public async Task QemuImg_ConvertAndCompare_Agree()
    {
        using var source = TempFile.WithRandomBytes(Size, seed: 2);
        using var disk = new TempFile(Size);
        using var back = new TempFile();
        await using var server = await TestServer.StartOnFileAsync(disk.Path);

        await Tool.RunAsync("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", source.Path, server.Uri);
        await Tool.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", source.Path, server.Uri);
        await Tool.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "raw", server.Uri, back.Path);

        Assert.True(File.ReadAllBytes(source.Path).AsSpan().SequenceEqual(File.ReadAllBytes(back.Path)));
    }

    [Fact]
    public async Task QemuImg_Map_AgreesWithTheFileItself()
    {
        using var disk = new TempFile(Size);
        using (var stream = File.OpenWrite(disk.Path))
        {
            foreach (var megabyte in new[] { 1, 5, 11 })
            {
                stream.Position = megabyte << 20;
                stream.Write([.. Enumerable.Repeat((byte)7, 128 * 1024)]);
            }
        }

        var direct = await Tool.RunAsync("qemu-img", "map", "-f", "raw", "--output=json", disk.Path);
        await using var server = await TestServer.StartOnFileAsync(disk.Path);

        var served = await Tool.RunAsync("qemu-img", "map", "-f", "raw", "--output=json", server.Uri);

        Assert.Equal(Ranges(direct), Ranges(served));
        Assert.Equal(7, Ranges(served).Count);
    }

    [Fact]
    public async Task QemuIo_Patterns_AreKept()
    {
        using var disk = new TempFile(Size);
        await using var server = await TestServer.StartOnFileAsync(disk.Path);

        var output = await Tool.RunAsync(
            "qemu-io", "-f", "raw",
            "-c", "write -P 0x11 0 1M",
            "-c", "write -P 0x22 512 512",
            "-c", "write -f -P 0x33 3M 2M",
            "-c", "write -z 3584k 256k",
            "-c", "write -z -u 4M 64k",
            "-c", "discard 0 512",
            "-c", "flush",
            "-c", "read -P 0x22 512 512",
            "-c", "read -P 0x11 1024 64k",
            "-c", "read -P 0x33 3M 512k",
            "-c", "read -P 0 3584k 256k",
            "-c", "read -P 0 4M 64k",
            "-c", "read -P 0x33 4160k 64k",
            "-c", "aio_write -P 0x44 8M 1M",
            "-c", "aio_write -P 0x55 9M 1M",
            "-c", "aio_flush",
            "-c", "read -P 0x44 8M 1M",
            "-c", "read -P 0x55 9M 1M",
            server.Uri);

        Assert.DoesNotContain("failed", output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("error", output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task QemuIo_OnAReadOnlyExport_CannotWrite()
    {
        using var disk = new TempFile(Size);
        await using var server = await TestServer.StartOnFileAsync(disk.Path, isReadOnly: true);

        await Tool.RunAsync("qemu-io", "-r", "-f", "raw", "-c", "read -P 0 0 1M", server.Uri);
        (var exitCode, _) = await Tool.TryRunAsync("qemu-io", "-f", "raw", "-c", "write 0 512", server.Uri);

        Assert.NotEqual(0, exitCode);
    }

    private static List<(long Start, long Length, bool IsZero)> Ranges(string json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(range =>
            (range.GetProperty("start").GetInt64(), range.GetProperty("length").GetInt64(), range.GetProperty("zero").GetBoolean()))];
    }
}
