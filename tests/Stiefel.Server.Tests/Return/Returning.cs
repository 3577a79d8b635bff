using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Stiefel.Linux.Firmware;
using Stiefel.Server.Return;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Return;

/// <summary>A server as in the ramdisk, which may restart its machine; what it would do with the machine is only recorded.</summary>
internal sealed class Returning : IAsyncDisposable
{
    private Returning(RunningServer server, RecordedEnd end)
    {
        Server = server;
        End = end;
    }

    public RunningServer Server { get; }

    public RecordedEnd End { get; }

    public ReturnWatch Watch => Server.Services.GetServices<IHostedService>().OfType<ReturnWatch>().Single();

    /// <param name="files">The laptop's files.</param>
    /// <param name="marks">The number of failed returns before; null on a machine with a BIOS.</param>
    /// <param name="ownSystemRan">True if the laptop's own system started the ramdisk.</param>
    /// <param name="more">Further settings.</param>
    public static Task<Returning> StartAsync(ServerFiles files, int? marks, bool ownSystemRan, params string[] more) =>
        StartAsync(files, marks, ownSystemRan, RunningServer.Arguments(files, more), []);

    /// <summary>A server with an open export.</summary>
    public static Task<Returning> StartOpenAsync(ServerFiles files) => StartAsync(files, marks: 0, ownSystemRan: true,
        ["--Disk:Path", files.Disk, "--Nbd:Access", "open", "--Nbd:ExportName", "x", "--Nbd:Listen", "127.0.0.1:0", "--Admin:Listen", "127.0.0.1:0", "--Keys:Directory", files.Keys], []);

    private static async Task<Returning> StartAsync(ServerFiles files, int? marks, bool ownSystemRan, string[] usual, string[] more)
    {
        var end = new RecordedEnd();
        var left = MarksOf(files, marks);
        var server = await RunningServer.StartAdjustedAsync(
            services => services.RemoveAll<IServerEnd>().AddSingleton<IServerEnd>(end)
                .RemoveAll<ReturnMarks>().AddSingleton(left).RemoveAll<ReturnPermit>().AddSingleton(new ReturnPermit(left, ownSystemRan)),
            [.. usual, "--Return:Manage", "true", .. more]);
        return new Returning(server, end);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static ReturnMarks MarksOf(ServerFiles files, int? marks)
    {
        var firmware = files.Path("efivars");
        var left = new ReturnMarks(new EfiVariables(firmware));
        if (marks is not null)
        {
            Directory.CreateDirectory(firmware);
            File.WriteAllBytes(Path.Combine(firmware, "BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c"), [7, 0, 0, 0, 1, 0]);
        }

        for (var i = 0; i < marks; i++)
        {
            left.Add();
        }

        return left;
    }
}
