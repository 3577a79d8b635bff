using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

/// <summary>Files that a configuration adds to the ramdisk, and files that must not be in it.</summary>
public sealed class IncludedFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Early_WithFilesAndFirmware_HasThemWithTheirRights()
    {
        _directory.Write("laptop/etc/stiefel/fan", "#!/bin/sh\n");
        RamdiskTree.MakeExecutable(_directory["laptop/etc/stiefel/fan"]);
        _directory.Write("laptop/srv/more/a/b", "inner");
        _directory.Write("laptop/usr/lib/firmware/rtl_nic/real.fw", "code");
        _directory.Write("laptop/usr/lib/firmware/rtl_bt/other.fw", "other");
        File.CreateSymbolicLink(_directory["laptop/usr/lib/firmware/rtl_nic/rtl8156b-2.fw"], "real.fw");
        Assemble("""
            initrd:
              include-files:
                - /etc/stiefel/fan:/etc/stiefel/start.d/fan
                - /srv/more:/srv
              include-firmware: [rtl_nic/rtl8156]
            """);

        Assert.True(File.GetUnixFileMode(_directory["root/etc/stiefel/start.d/fan"]).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal("inner", File.ReadAllText(_directory["root/srv/a/b"]));
        Assert.Equal("code", File.ReadAllText(_directory["root/early/firmware/rtl_nic/rtl8156b-2.fw"]));
        Assert.Null(new FileInfo(_directory["root/early/firmware/rtl_nic/rtl8156b-2.fw"]).LinkTarget);
        Assert.False(Directory.Exists(_directory["root/early/firmware/rtl_bt"]));
        Assert.True(RamdiskContent.For(ConfigurationFile.Parse("c", "initrd: {include-files: ['/a:/b'], include-firmware: [x]}\n")).HasUsualPrograms);
    }

    [Theory]
    [InlineData("include-files: [/etc/none:/etc/none]", "initrd.include-files: /etc/none is not there")]
    [InlineData("include-firmware: [none/]", "nothing below /lib/firmware begins with `none/`")]
    public void Early_WithWhatIsNotThere_Fails(string line, string problem) =>
        Assert.Contains(problem, Assert.Throws<FailedException>(() => Assemble($"initrd:\n  {line}\n")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("nothing", "expected SOURCE:TARGET, such as hello:/etc/stiefel/start.d/hello, found `nothing`")]
    [InlineData("/a:b", "expected SOURCE:TARGET")]
    [InlineData("/a:/usr/bin/a", "a file cannot go to /usr/bin/a in the ramdisk")]
    [InlineData("/a:/etc/../etc/stiefel/keys/a.key", "a file cannot go to /etc/stiefel/keys/a.key")]
    [InlineData("/a:/", "a file cannot go to / in the ramdisk")]
    public void Configuration_WithAPlaceThatIsNone_SaysSo(string text, string problem) =>
        Assert.Contains($"c:2:19: initrd.include-files[0]: {problem}", Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("c", $"initrd:\n  include-files: ['{text}']\n")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("etc/stiefel/keys/stick.key", "x", "a key of the laptop's")]
    [InlineData("etc/shadow", "root:$y$j9T$abc:19000:0:99999:7:::\n", "a list with a password in it")]
    [InlineData("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", null)]
    [InlineData("etc/shadow", "root:*:19000:0:99999:7:::\ndaemon:!:1::::::\n", null)]
    [InlineData("root/.ssh/id_ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "a private key")]
    [InlineData("etc/ssl/x.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n", null)]
    public void Lint_OfSecrets_Refuses(string path, string content, string? problem)
    {
        _directory.Write($"root/{path}", content);
        if (problem is null)
        {
            Assert.Empty(RamdiskLint.Check(_directory["root"]));
            return;
        }

        Assert.Contains($"/{path} would be in the ramdisk, but is {problem}", Assert.Throws<FailedException>(() => RamdiskLint.Check(_directory["root"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("usr/bin/x86_64-linux-gnu-gcc-12", true)]
    [InlineData("usr/bin/make", true)]
    [InlineData("usr/bin/less", false)]
    [InlineData("etc/make", false)]
    public void Lint_OfCompilers_TellsThem(string path, bool expected)
    {
        _directory.Write($"root/{path}", "program");
        Assert.Equal(expected ? 1 : 0, RamdiskLint.Check(_directory["root"]).Count);
    }

    private void Assemble(string configuration)
    {
        Directory.CreateDirectory(_directory["modules"]);
        Directory.CreateDirectory(_directory["laptop"]);
        RamdiskTree.AssembleEarly(_directory["root"], _directory["modules"], RamdiskContent.For(ConfigurationFile.Parse("/etc/stiefel/config.yaml", configuration)), _directory["laptop"]);
    }
}
