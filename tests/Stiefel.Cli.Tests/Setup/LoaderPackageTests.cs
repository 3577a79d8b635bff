using System.CommandLine;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Cli.Tests.Setup;

/// <summary>Tests what set-up does about the packages of the boot loader, so that an upgrade of them on a desktop does no harm there.</summary>
public sealed class LoaderPackageTests : IDisposable
{
    private const string Database = "var/cache/debconf/config.dat";
    private const string Before = "Name: adduser/homedir-permission\nTemplate: adduser/homedir-permission\nValue: true\nOwners: adduser\n\n";
    private const string Head = "Name: grub2/update_nvram\nTemplate: grub2/update_nvram\n";
    private const string After = "Owners: grub-efi-amd64, shim-signed\nFlags: seen\n\nName: tzdata/Areas\nTemplate: tzdata/Areas\nValue: Etc\nOwners: tzdata\n\n";

    private readonly LaptopModel _laptop = DistributionModels.Of("debian");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _laptop.Dispose();

    [Theory]
    [InlineData("Value: true\n")]
    [InlineData("")]
    public async Task Firmware_ThatAnUpgradeWouldWriteTo_IsLeftAloneUntilSetUpIsUndone(string answer)
    {
        Install("grub-efi-amd64", Before + Head + answer + After);
        File.SetUnixFileMode(_laptop[Database], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var mode = File.GetUnixFileMode(_laptop[Database]);
        var text = await RunAsync(ExitCode.Done, "--yes");
        Assert.Contains("+Value: false\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("by hand", text, StringComparison.Ordinal);
        Assert.Equal(Before + Head + "Value: false\n" + After, await ReadAsync());
        Assert.Equal(mode, File.GetUnixFileMode(_laptop[Database]));
        Assert.Contains("nothing to change", await RunAsync(ExitCode.Done, "--yes"), StringComparison.Ordinal);

        // A package that is installed meanwhile adds a question, and keeps it.
        const string Later = "Name: ucf/title\nTemplate: ucf/title\nOwners: ucf\n\n";
        await File.AppendAllTextAsync(_laptop[Database], Later, Token);
        Assert.Contains("the answer to grub2/update_nvram is", await RunAsync(ExitCode.Done, "--undo"), StringComparison.Ordinal);
        Assert.Equal(Before + Head + answer + After + Later, await ReadAsync());
        Assert.Equal(mode, File.GetUnixFileMode(_laptop[Database]));
        Assert.False(Directory.Exists(_laptop["var/lib/stiefel"]));
    }

    [Fact]
    public async Task Answer_ThatSomebodyChangedSince_StaysAndIsNoReasonToStop()
    {
        Install("grub-efi-amd64", Before + Head + "Value: false\n" + After);
        await RunAsync(ExitCode.Done, "--yes");
        await RunAsync(ExitCode.Done, "--undo");
        Assert.Equal(Before + Head + "Value: false\n" + After, await ReadAsync());

        Install("grub-efi-amd64", Before + Head + After);
        await RunAsync(ExitCode.Done, "--yes");
        Install("grub-efi-amd64", Before + Head + "Value: true\n" + After);
        await RunAsync(ExitCode.Done, "--undo");
        Assert.Equal(Before + Head + "Value: true\n" + After, await ReadAsync());
    }

    /// <summary>debconf keeps the database locked while it asks, and writes all that it read when it ends.</summary>
    [Fact]
    public async Task Database_InUse_IsNotTouched()
    {
        Install("grub-efi-amd64", Before + Head + After);
        using (new FileStream(_laptop[Database], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Contains("/var/cache/debconf/config.dat is in use: packages are being installed", await RunAsync(ExitCode.Failed, "--yes"), StringComparison.Ordinal);
        }

        Assert.Equal(Before + Head + After, await ReadAsync());
        await RunAsync(ExitCode.Done, "--yes");
        using (new FileStream(_laptop[Database], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Contains("config.dat stays", await RunAsync(ExitCode.Failed, "--undo"), StringComparison.Ordinal);
        }

        await RunAsync(ExitCode.Done, "--undo");
        Assert.Equal(Before + Head + After, await ReadAsync());
        Assert.False(Directory.Exists(_laptop["var/lib/stiefel"]));
    }

    [Theory]
    [InlineData("grub-efi-amd64", "", "by hand, so that an upgrade of GRUB on a desktop does not write into the desktop's firmware: echo 'grub-efi-amd64 grub2/update_nvram boolean false'")]
    [InlineData("grub-efi-amd64", "Name: grub2/update_nvram\nValue: false\n", null)]
    [InlineData("grub-pc", "Name: grub-pc/install_devices\nValue: /dev/disk/by-id/ata-X\n", "by hand: grub-pc is set to write to a disk by a name that does not exist on a desktop")]
    public async Task Package_ThatSetUpCannotSetRight_IsSaid(string package, string answers, string? note)
    {
        Install(package, answers);
        var text = await RunAsync(ExitCode.Done, "--dry-run");
        Assert.Contains(note ?? "Debian GNU/Linux 12", text, StringComparison.Ordinal);
        Assert.Equal(note is not null, text.Contains("by hand", StringComparison.Ordinal));
    }

    private void Install(string package, string answers)
    {
        _laptop.Write($"var/lib/dpkg/info/{package}.list", "/.\n");
        _laptop.Write(Database, answers);
    }

    private Task<string> ReadAsync() => File.ReadAllTextAsync(_laptop[Database], Token);

    private async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var output = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(
            new RootCommand("test") { SetupServerOsVerb.Build() }, ["setup-server-os", .. arguments, "--root", _laptop.Root], output, output);
        Assert.True(code == expected, $"exit code {code}: {output}");
        return output.ToString();
    }
}
