using System.CommandLine;

namespace Stiefel.Cli.Verbs;

/// <summary>All commands of `stiefel`.</summary>
internal static class AllVerbs
{
    public static RootCommand Build()
    {
        var stiefel = new RootCommand("Boot a desktop PC from this laptop's disk, over a cable.")
        {
            KeyVerb.Build(),
            CreateInitrdVerb.Build(),
            SetupServerOsVerb.Build(),
            SetupClientUsbdriveVerb.Build(),
            AutokexecVerb.Build(),
            ServeNowVerb.Build(),
            NoticeVerbs.BuildNotice(),
            NoticeVerbs.BuildNotNow(),
            StatusVerbs.BuildStatus(),
            StatusVerbs.BuildKick(),
            ReturnVerb.Build(),
            WakeVerb.Build(),
            BeepVerb.Build(),
            DoctorVerb.Build(),
            ReportVerb.Build(),
            DemoVerb.Build(),
            TestNspawnVerb.Build(),
            TestQemuVerb.Build(),
        };
        stiefel.Add(WriteManualVerb.Build(stiefel));
        return stiefel;
    }
}
