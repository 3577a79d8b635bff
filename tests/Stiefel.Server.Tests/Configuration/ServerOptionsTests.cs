using System.Collections;
using System.Net;
using Stiefel.Linux.Tests;
using Stiefel.Protocol.Boot;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Tests.Configuration;

public sealed class ServerOptionsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_DiskOnly_HasTheContractsDefaults()
    {
        var options = Read("--Disk:Path", "/dev/sda");
        Assert.Equal("[::]:4644", options.HttpListen.ToString());
        Assert.Equal("[::]:4645", options.AdminListen!.ToString());
        Assert.Equal("[::]:10809", options.Nbd.Listen.ToString());
        Assert.Equal(NbdAccess.Session, options.Nbd.Access);
        Assert.Equal(new DiscoveryOptions(true, 61570, options.Discovery.LaptopId), options.Discovery);
        Assert.Matches("^[0-9a-f]{16}$", options.Discovery.LaptopId);
        Assert.Equal("/etc/stiefel/keys", options.KeysDirectory);
        Assert.Equal("/run/stiefel", options.StateDirectory);
        Assert.Equal(new PayloadLinkOptions(5, 600, 300, 1500, LinkProtection.WireGuard, 61571), options.Link);
        Assert.False(options.ManageNetwork || options.Disk.ReadOnly);
    }

    [Fact]
    public void SettingsFile_OfAnotherUser_IsRefused()
    {
        var path = File("""{ "Nbd": { "Access": "open" } }""");
        Linux.Programs.ExternalProgram.Run("chown", ["65534", path]);
        Assert.Contains("another user", Assert.Throws<UnsafeSettingsException>(() => SettingsFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OpenExport_HasNoControlPlaneUnlessAskedFor()
    {
        Assert.Null(Read("--Disk:Path", "d", "--Nbd:Access", "open", "--Nbd:Listen", "127.0.0.1:1").AdminListen);
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 7), Read("--Disk:Path", "d", "--Nbd:Access", "OPEN", "--Nbd:Listen", "[::1]:1", "--Admin:Listen", "[::1]:7").AdminListen);
        Assert.Null(Read("--Disk:Path", "d", "--Admin:Listen", "none").AdminListen);
    }

    [Theory]
    [InlineData("/dev/tty1", "--Network:Manage true")]
    [InlineData(null, "--Network:Manage true --Screen:Terminal none")]
    [InlineData("/dev/tty2", "--Network:Manage true --Screen:Terminal /dev/tty2")]
    [InlineData("/dev/tty2", "--Screen:Terminal /dev/tty2")]
    [InlineData(null, "")]
    public void Screen_InTheRamdisk_IsTheFirstUnlessToldOtherwise(string? terminal, string args) =>
        Assert.Equal(terminal, Read(["--Disk:Path", "d", .. args.Split(' ', StringSplitOptions.RemoveEmptyEntries)]).Screen);

    [Theory]
    [InlineData("Disk:Path is not set", "")]
    [InlineData("unknown setting Disk:Pth (command line); did you mean Disk:Path?", "--Disk:Pth x")]
    [InlineData("unknown setting Nbd:Path (command line); did you mean Disk:Path?", "--Nbd:Path x")]
    [InlineData("unknown setting quux (command line); see stiefel-server --help", "--quux x")]
    [InlineData("'disk.img' (command line): expected --Section:Key VALUE", "disk.img")]
    [InlineData("--Disk:Path (command line): the value is missing", "--Disk:Path")]
    [InlineData("--Disk:Path (command line): the value is missing", "--Disk:Path --Disk:ReadOnly true")]
    [InlineData("--disk:path (command line): given twice", "--Disk:Path a --disk:path b")]
    [InlineData("Disk:ReadOnly = 'yes' (command line): expected true or false", "--Disk:Path d --Disk:ReadOnly yes")]
    [InlineData("Nbd:Access = 'opne' (command line): expected session or open", "--Disk:Path d --Nbd:Access opne")]
    [InlineData("Nbd:Access = '1' (command line): expected session or open", "--Disk:Path d --Nbd:Access 1")]
    [InlineData("Nbd:Listen = '10809' (command line): expected ADDRESS:PORT", "--Disk:Path d --Nbd:Listen 10809")]
    [InlineData("Nbd:Listen = '::1' (command line): expected ADDRESS:PORT", "--Disk:Path d --Nbd:Listen ::1")]
    [InlineData("Nbd:Listen = '127.0.0.1' (command line): expected ADDRESS:PORT", "--Disk:Path d --Nbd:Listen 127.0.0.1")]
    [InlineData("Nbd:Listen = '127.0.0.1:99999' (command line): expected ADDRESS:PORT", "--Disk:Path d --Nbd:Listen 127.0.0.1:99999")]
    [InlineData("Http:Listen = 'localhost:80' (command line): expected ADDRESS:PORT", "--Disk:Path d --Http:Listen localhost:80")]
    [InlineData("Nbd:Access open would give the disk to everyone", "--Disk:Path d --Nbd:Access open")]
    [InlineData("Nbd:Access open would give the disk to everyone", "--Disk:Path d --Nbd:Access open --Nbd:Listen 0.0.0.0:1 --Nbd:AllowOpenOnNetwork false")]
    [InlineData("Nbd:ExportName = 'x' (command line): expected nothing", "--Disk:Path d --Nbd:ExportName x")]
    [InlineData("Nbd:Tls = 'yes' (command line): expected off or opportunistic or required", "--Disk:Path d --Nbd:Tls yes")]
    [InlineData("Nbd:Tls = 'required' (command line): expected off or opportunistic: a desktop's kernel speaks no TLS", "--Disk:Path d --Nbd:Tls required")]
    [InlineData("Nbd:TlsKey = 'k' (command line): expected nothing: Nbd:Tls is off", "--Disk:Path d --Nbd:TlsKey k")]
    [InlineData("Nbd:TlsCertificate = 'c' (command line): expected Nbd:TlsCertificate and Nbd:TlsKey together", "--Disk:Path d --Nbd:Tls opportunistic --Nbd:TlsCertificate c")]
    [InlineData("Disk:Snapshot = 'overlay' (command line): expected memory, or the absolute path of a directory", "--Disk:Path d --Disk:Snapshot overlay")]
    [InlineData("Disk:Snapshot = 'memory' (command line): expected nothing, since Disk:ReadOnly", "--Disk:Path d --Disk:Snapshot memory --Disk:ReadOnly true")]
    [InlineData("Disk:Snapshot = 'memory' (command line): expected Disk:Path beside it", "--Disk:Snapshot memory --Boot:Kernel k")]
    [InlineData("Disk:SnapshotLimitMiB = '5' (command line): expected Disk:Snapshot beside it", "--Disk:Path d --Disk:SnapshotLimitMiB 5")]
    [InlineData("Nbd:MaxConnections = '0' (command line): expected a number from 1 to 65536", "--Disk:Path d --Nbd:MaxConnections 0")]
    [InlineData("Nbd:BufferKiB = '63' (command line): expected a number from 64 to 16384", "--Disk:Path d --Nbd:BufferKiB 63")]
    [InlineData("Nbd:HandshakeTimeoutSeconds = '0' (command line): expected a number from 1 to 86400", "--Disk:Path d --Nbd:HandshakeTimeoutSeconds 0")]
    [InlineData("Nbd:MaxHandshakeKiB = '64' (command line): expected a number from 128 to 1048576", "--Disk:Path d --Nbd:MaxHandshakeKiB 64")]
    [InlineData("Boot:Directory = 'b' (command line): expected nothing, since Boot:Kernel is given", "--Disk:Path d --Boot:Kernel k --Boot:Directory b")]
    [InlineData("Boot:Initrd = 'i' (command line): expected Boot:Kernel beside it", "--Disk:Path d --Boot:Initrd i")]
    [InlineData("Discovery:Port = '65536' (command line): expected a number from 0 to 65535", "--Disk:Path d --Discovery:Port 65536")]
    [InlineData("Discovery:Port = '-1' (command line)", "--Disk:Path d --Discovery:Port=-1")]
    [InlineData("Link:Mtu = '100' (command line): expected auto or a number from 1280 to 65535", "--Disk:Path d --Link:Mtu 100")]
    [InlineData("Link:Mtu = '1300' (command line): expected at least 1360, since Link:Protection wireguard needs room for its headers", "--Disk:Path d --Link:Mtu 1300")]
    [InlineData("Link:Protection = 'tls' (command line): expected wireguard or none", "--Disk:Path d --Link:Protection tls")]
    [InlineData("Link:Protection = 'wireguard' (command line): expected nothing, since an open export", "--Disk:Path d --Link:Protection wireguard --Nbd:Access open --Nbd:Listen 127.0.0.1:1")]
    [InlineData("Link:Internet = 'maybe' (command line): expected auto or yes or no", "--Disk:Path d --Link:Internet maybe")]
    [InlineData("Link:Port = '0' (command line): expected a number from 1 to 65471", "--Disk:Path d --Link:Port 0")]
    [InlineData("Logging:Level = 'loud' (command line): expected trace or debug", "--Disk:Path d --Logging:Level loud")]
    public void Read_Mistake_IsOneLineThatSaysWhatAndWhere(string message, string args)
    {
        var error = Assert.Throws<SettingsException>(() => Read(args.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("no")]
    [InlineData("auto")]
    public void Read_Internet_IsInTheManifest(string internet) =>
        Assert.Equal(internet, Read("--Disk:Path", "d", "--Link:Internet", internet).Link.ToParameters().Internet);

    [Fact]
    public void Read_AllowedOpenOnNetwork_IsTaken() =>
        Assert.Equal("x", Read("--Disk:Path=d", "--Nbd:Access=open", "--Nbd:ExportName=x", "--Nbd:AllowOpenOnNetwork=true").Nbd.ExportName);

    [Fact]
    public void Sources_EachSetsTheSame_LaterWins()
    {
        var file = File("""
            {
              "Disk": { "Path": "file", "ReadOnly": true }, "Link": { "Mtu": 9000 }, // comments are allowed
              "Boot": { "Laptop": "file" }, "State": { "Directory": "file" },
            }
            """);
        var environment = new Hashtable
        {
            ["Boot__Laptop"] = "plain", ["STIEFEL_Boot__Laptop"] = "prefixed", ["State__Directory"] = "plain", ["PATH"] = "/bin", ["STIEFEL_BIN"] = "x", ["Other__Thing"] = "y",
        };
        var options = ServerOptions.Read(ServerConfiguration.Build(
            ["--Boot:Laptop", "line"], environment, "quiet stiefel_bootdisk=/dev/kernel stiefel_bootpart=UUID=1 stiefel.State.Directory=kernel stiefel.Network.Manage stiefel_role=server", [file]));

        Assert.Equal("/dev/kernel", options.Disk.Path);
        Assert.True(options.Disk.ReadOnly);
        Assert.Equal((1500, 9000), (options.Link.Mtu, options.Link.WantedMtu));
        Assert.Equal("line", options.Boot.Laptop);
        Assert.Equal("plain", options.StateDirectory);
        Assert.Equal("UUID=1", options.Boot.Partition);
        Assert.True(options.ManageNetwork);
        Assert.Equal("prefixed", ServerOptions.Read(ServerConfiguration.Build(["--Disk:Path", "d"], environment, "", [])).Boot.Laptop);
    }

    [Theory]
    [InlineData("unknown setting Disc:Path (environment); did you mean Disk:Path?", "STIEFEL_Disc__Path", "x", "")]
    [InlineData("unknown setting Disk:Pfad (environment)", "Disk__Pfad", "x", "")]
    [InlineData("unknown setting Disk:Pfad (/proc/cmdline)", "A", "x", "stiefel.Disk.Pfad=x")]
    [InlineData("Nbd:Access = 'x' (/proc/cmdline)", "A", "x", "stiefel.Nbd.Access=x")]
    public void Sources_Mistake_NamesItsSource(string message, string variable, string value, string kernelArguments)
    {
        var error = Assert.Throws<SettingsException>(() => ServerOptions.Read(
            ServerConfiguration.Build(["--Disk:Path", "d"], new Hashtable { [variable] = value }, kernelArguments, [])));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", ":1:")]
    [InlineData("[]", "expected an object of sections")]
    [InlineData("""{ "Disk": { "Path": ["a"] } }""", "Disk:Path")]
    [InlineData("""{ "Disk": { "Path": "a", "path": "b" } }""", "given twice")]
    [InlineData("""{ "Disk": { "Paht": "a" } }""", "unknown setting Disk:Paht")]
    public void File_Mistake_NamesTheFileAndThePlace(string content, string expected)
    {
        var file = File(content);
        var error = Assert.Throws<SettingsException>(() => ServerOptions.Read(ServerConfiguration.Build(["--Disk:Path", "d"], new Hashtable(), "", [file])));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_EverySetting_IsExplained()
    {
        var configuration = ServerConfiguration.Build(["--Disk:Path", "d"], new Hashtable(), "", []);
        var reader = new SettingReader(configuration);
        _ = (DiskOptions.Read(reader), BootOptions.Read(reader), DiscoveryOptions.Read(reader), PayloadLinkOptions.Read(reader));
        Assert.Throws<SettingsException>(() => new SettingReader(ServerConfiguration.Build(["--A", "d"], new Hashtable(), "", [])).RefuseUnknown());
        Assert.All(reader.Known, key => Assert.Contains($"--{key} ", Help.Text, StringComparison.Ordinal));
        Assert.All(
            ["Nbd:Listen", "Nbd:Access", "Nbd:ExportName", "Nbd:AllowOpenOnNetwork", "Http:Listen", "Admin:Listen", "Keys:Directory", "State:Directory", "Network:Manage", "Logging:Level"],
            key => Assert.Contains($"--{key} ", Help.Text, StringComparison.Ordinal));
        Assert.All(ServerOptions.Sections, section => Assert.Contains($"--{section}:", Help.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Help_EverySettingOfDiskAndBlockServer_IsNamed()
    {
        var reader = new SettingReader(ServerConfiguration.Build([], new Hashtable(), "", []));
        DiskOptions.Read(reader);
        NbdOptions.Read(reader);
        Assert.All(reader.Known, key => Assert.Contains($"--{key} ", Help.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_NbdLimits_ReachTheBlockServer()
    {
        var limits = Read("--Disk:Path", "d", "--Nbd:MaxConnections", "3", "--Nbd:MaxConnectionsPerAddress", "2", "--Nbd:MaxHandshakes", "4", "--Nbd:MaxOptions", "5",
            "--Nbd:MaxHandshakeKiB", "200", "--Nbd:HandshakeTimeoutSeconds", "6", "--Nbd:StallTimeoutSeconds", "7", "--Nbd:KeepAliveSeconds", "8", "--Nbd:BufferKiB", "64").Nbd.Limits;
        Assert.Equal((3, 2, 4, 5), (limits.MaxConnections, limits.MaxConnectionsPerAddress, limits.MaxHandshakes, limits.MaxOptions));
        Assert.Equal((200 * 1024, 64 * 1024), (limits.MaxHandshakeBytes, limits.BufferSize));
        Assert.Equal((6.0, 7.0, 8.0), (limits.HandshakeTimeout.TotalSeconds, limits.StallTimeout.TotalSeconds, limits.KeepAlive.TotalSeconds));
        Assert.Equal(new Stiefel.Nbd.Connections.NbdServerOptions(), Read("--Disk:Path", "d").Nbd.Limits);
    }

    private static ServerOptions Read(params string[] args) => ServerOptions.Read(ServerConfiguration.Build(args, new Hashtable(), "", []));

    private string File(string content)
    {
        var path = Path.Combine(_directory.Path, "appsettings.json");
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}
