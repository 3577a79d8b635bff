using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk.NetBoot;
using Stiefel.Linux.Kexec;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

public sealed class NetBootTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>Runs dnsmasq without anything else of its system, by its own dynamic linker: the ramdisk has other libraries or none.</summary>
    [Fact]
    public async Task Programs_OfThisSystem_RunWithTheirOwnLibraries()
    {
        Assert.Null(NetBootPrograms.Missing());
        NetBootPrograms.Copy(_directory.Path);
        var lib = Path.Combine(_directory.Path, "lib");
        var said = await ExternalProgram.RunAsync(
            Path.Combine(lib, "ld-linux-x86-64.so.2"), ["--library-path", lib, "--inhibit-cache", Path.Combine(_directory.Path, "sbin/dnsmasq"), "--version"], token: TestContext.Current.CancellationToken);
        Assert.StartsWith("Dnsmasq version", said.Text, StringComparison.Ordinal);
        var list = await ExternalProgram.RunAsync(Path.Combine(lib, "ld-linux-x86-64.so.2"), ["--library-path", lib, "--list", Path.Combine(_directory.Path, "sbin/dnsmasq")], token: TestContext.Current.CancellationToken);
        Assert.All(list.Lines.Where(line => line.Contains("=> ", StringComparison.Ordinal)), line => Assert.Contains($"=> {lib}/", line, StringComparison.Ordinal));
        string[] whole = [.. Directory.EnumerateFiles(lib).Where(file => new FileInfo(file).LinkTarget is null).Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))))];
        Assert.Equal(whole.Distinct(), whole); // each library once, whatever names it has
        Assert.All(["undionly.kpxe", "shimx64.efi", "grubx64.efi"], name => Assert.True(new FileInfo(Path.Combine(_directory.Path, name)).Length > 10_000, name));
    }

    [Fact]
    public void Programs_ThatAreNotInstalled_AreNamed() =>
        Assert.Equal("dnsmasq, undionly.kpxe, shimx64.efi, grubx64.efi", NetBootPrograms.Missing(_directory.Path));

    [Theory]
    [InlineData("auto", "on", true, "")]
    [InlineData("always", "router", true, " stiefel.NetBoot.Dhcp=always stiefel.Network.DhcpClient=router ")]
    [InlineData("off", "off", false, " stiefel.NetBoot.Dhcp=off stiefel.Network.DhcpClient=off ")]
    public async Task Departure_WithNetworkBoot_HandsItOverBeforeTheKeys(string dhcp, string client, bool isHandedOver, string argument)
    {
        foreach (var (name, text) in new[] { ("kernel", "K"), ("stiefel-initrd.img", "INITRD."), ("stiefel-netboot.img", "NETBOOT") })
        {
            File.WriteAllText(Path.Combine(_directory.Path, name), text);
        }

        var keys = new KeyDirectory(Path.Combine(_directory.Path, "keys"));
        keys.Create("stick");
        (string? initrd, string? line) = (null, null);
        var departure = new Departure(
            ConfigurationFile.Parse("c", $"boot: {{disk: {_directory.Path}/kernel}}\nnetwork: {{dhcp: {dhcp}, dhcp-client: {client}, addresses: [\"52:54:00:12:34:56=192.168.7.1/24\", \"52:54:00:12:34:56=fd00::1/64\"]}}\nautokexec: {{grace: 0}}\nserver-setup: {{stiefelsystem-kernel: {_directory.Path}/kernel, stiefelsystem-initrd: {_directory.Path}/stiefel-initrd.img}}\n"),
            keys,
            _ => { })
        {
            LoadKernel = (_, image, arguments) =>
            {
                (initrd, line) = (Read(image), arguments);
                throw new UnreachableException("far enough");
            },
            RunAsync = (_, _, _, _) => Task.FromResult(new ExternalProgramOutput("", "", 0)),
        };
        await Assert.ThrowsAsync<UnreachableException>(() => departure.LeaveAsync("test", TestContext.Current.CancellationToken));
        Assert.StartsWith(isHandedOver ? "INITRD.\0NETBOOT\0070701" : "INITRD.\0070701", initrd, StringComparison.Ordinal);
        Assert.Equal(argument.Length > 0, line!.Contains(" stiefel.NetBoot.Dhcp=", StringComparison.Ordinal));
        Assert.Equal(argument.Length > 0, line.Contains(" stiefel.Network.DhcpClient=", StringComparison.Ordinal));
        Assert.Contains(argument, line, StringComparison.Ordinal);
        Assert.Contains(" stiefel.Network.Addresses=52:54:00:12:34:56=192.168.7.1/24,52:54:00:12:34:56=fd00::1/64", line, StringComparison.Ordinal);
    }

    private static string Read(SafeFileHandle file)
    {
        var bytes = new byte[64];
        return System.Text.Encoding.Latin1.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
    }
}
