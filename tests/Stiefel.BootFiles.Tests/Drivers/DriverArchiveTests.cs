using System.IO.Compression;
using Stiefel.BootFiles.Drivers;
using Stiefel.Linux.Programs;
using Stiefel.Linux.Tests;
using Stiefel.Linux.Tests.Modules;
using Xunit;

namespace Stiefel.BootFiles.Tests.Drivers;

public sealed class DriverArchiveTests : IDisposable
{
    private const string Nic = "pci:v00008086d00001533sv00001043sd000085F0bc02sc00i00";
    private const string Usb = "usb:v0BDAp8153d3000dc00dsc00dp00icFFiscFFip00in00";

    private readonly ModuleTree _tree = new();
    private readonly TemporaryDirectory _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _tree.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    [InlineData(".xz")]
    [InlineData(".zst")]
    public async Task Write_AnyCompression_HoldsTheObjectsInLoadOrder(string compression)
    {
        AddModules();
        var originals = Compress(compression);
        (var list, var directory) = await ExtractAsync([Nic, Usb]);
        string[] expected = ["0000-nbd.ko", "0001-udp_tunnel.ko", "0002-wireguard.ko", "0003-dca.ko", "0004-igb.ko", "0005-mii.ko", "0006-r8152.ko"];
        Assert.Equal(expected, list.Files);
        Assert.Empty(list.LeftOut);
        Assert.Equal(expected, await File.ReadAllLinesAsync(Path.Combine(directory, "order"), Token));
        Assert.Equal(expected.Append("order"), Directory.GetFiles(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal)!);
        foreach (var name in expected)
        {
            Assert.Equal(originals[name[5..]], await File.ReadAllBytesAsync(Path.Combine(directory, name), Token));
        }
    }

    [Fact]
    public async Task Write_HardwareOffTheNetworkPath_IsNotServed()
    {
        AddModules();
        _tree.Add("kernel/drivers/gpu/drm/amd/amdgpu.ko", [], [], "alias=pci:v00001002d*sv*sd*bc03sc*i*");
        _tree.Add("kernel/drivers/hid/hid-generic.ko", [], [], "alias=hid:b*g*v*p*");
        _tree.Depmod();
        (var list, _) = await ExtractAsync(["pci:v00001002d0000731Fsv00000000sd00000000bc03sc00i00", "hid:b0003g0001v0000p0000"]);
        Assert.Equal(["0000-nbd.ko", "0001-udp_tunnel.ko", "0002-wireguard.ko"], list.Files);
    }

    [Fact]
    public async Task Write_MissingOrDamagedModules_AreLeftOutWithAReason()
    {
        AddModules();
        Compress(".xz");
        File.Delete(Path.Combine(_tree.Directory, "kernel/drivers/net/usb/r8152.ko.xz"));
        await File.WriteAllTextAsync(Path.Combine(_tree.Directory, "kernel/drivers/net/ethernet/igb.ko.xz"), "no xz", Token);
        (var list, _) = await ExtractAsync([Nic, Usb]);
        Assert.Equal(["0000-nbd.ko", "0001-udp_tunnel.ko", "0002-wireguard.ko", "0003-dca.ko", "0004-mii.ko"], list.Files);
        Assert.Equal(2, list.LeftOut.Count);
        Assert.Contains("igb.ko.xz", list.LeftOut[0], StringComparison.Ordinal);
        Assert.Contains("r8152.ko.xz: the module does not exist", list.LeftOut[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".gz")]
    [InlineData(".xz")]
    [InlineData(".zst")]
    public async Task Write_ModuleThatUnpacksWithoutEnd_IsLeftOutAtTheLimit(string compression)
    {
        AddModules();
        var bomb = Path.Combine(_tree.Directory, "kernel/drivers/net/usb/r8152.ko");
        await using (var file = File.Create(bomb))
        {
            file.SetLength(ModuleContent.MaxModuleBytes + 1L);
        }

        Compress(compression);
        (var list, _) = await ExtractAsync([Usb]);
        Assert.Contains("unpacks to more than", Assert.Single(list.LeftOut), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ModuleIsALinkOut_IsLeftOut()
    {
        AddModules();
        var path = Path.Combine(_tree.Directory, "kernel/drivers/net/usb/r8152.ko");
        File.Move(path, _scratch.File("outside.ko"));
        File.CreateSymbolicLink(path, _scratch.File("outside.ko"));
        (var list, _) = await ExtractAsync([Usb]);
        Assert.Single(list.LeftOut);
    }

    [Fact]
    public async Task Write_TooManyQuestions_IsRefused()
    {
        AddModules();
        await Assert.ThrowsAsync<InvalidDataException>(() => DriverArchive.WriteAsync(Stream.Null, _tree.Directory, [.. Enumerable.Repeat("pci:x", 1025)], Token));
        await Assert.ThrowsAsync<InvalidDataException>(() => DriverArchive.WriteAsync(Stream.Null, _tree.Directory, [new string('x', 1025)], Token));
    }

    private void AddModules()
    {
        _tree.Add("kernel/drivers/block/nbd.ko", [], []);
        _tree.Add("kernel/net/ipv4/udp_tunnel.ko", ["udp_tunnel_sock"], []);
        _tree.Add("kernel/drivers/net/wireguard/wireguard.ko", [], ["udp_tunnel_sock"]);
        _tree.Add("kernel/drivers/dca/dca.ko", ["dca_symbol"], []);
        _tree.Add("kernel/drivers/net/ethernet/igb.ko", [], ["dca_symbol"], "alias=pci:v00008086d00001533sv*sd*bc*sc*i*");
        _tree.Add("kernel/drivers/net/mii.ko", ["mii_symbol"], []);
        _tree.Add("kernel/drivers/net/usb/r8152.ko", [], ["mii_symbol"], "alias=usb:v0BDAp815[2-6]d*dc*dsc*dp*icFFiscFFip00in*");
        _tree.Depmod();
    }

    /// <summary>Compresses every module, and adapts the index; returns the uncompressed objects by name.</summary>
    private Dictionary<string, byte[]> Compress(string compression)
    {
        var originals = new Dictionary<string, byte[]>();
        foreach (var path in Directory.GetFiles(_tree.Directory, "*.ko", SearchOption.AllDirectories))
        {
            var small = new FileInfo(path).Length < 1 << 20;
            originals[Path.GetFileName(path)] = small ? File.ReadAllBytes(path) : [];
            switch (compression)
            {
                case ".gz":
                    using (var input = File.OpenRead(path))
                    using (var output = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest))
                    {
                        input.CopyTo(output);
                    }

                    File.Delete(path);
                    break;
                case ".xz":
                    ExternalProgram.Run("xz", ["-1", path]);
                    break;
                case ".zst":
                    ExternalProgram.Run("zstd", ["-q", "-1", "--rm", path]);
                    break;
            }
        }

        // Change the names in the index instead of running depmod again, which may be built without some compressions.
        var index = Path.Combine(_tree.Directory, "modules.dep");
        File.WriteAllText(index, File.ReadAllText(index).Replace(".ko", ".ko" + compression, StringComparison.Ordinal));
        return originals;
    }

    /// <summary>Writes an archive and unpacks it with the real cpio.</summary>
    private async Task<(DriverList List, string Directory)> ExtractAsync(string[] modaliases)
    {
        var archive = new MemoryStream();
        var list = await DriverArchive.WriteAsync(archive, _tree.Directory, modaliases, Token);
        Assert.Equal(0, archive.Length % 4);
        archive.Position = 0;
        var directory = Directory.CreateDirectory(_scratch.File("unpacked")).FullName;
        await ExternalProgram.RunAsync("cpio", ["-id", "--quiet"], new ExternalProgramOptions { Input = archive, WorkingDirectory = directory }, Token);
        return (list, Path.Combine(directory, "stiefel/modules"));
    }
}
