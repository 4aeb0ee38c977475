//! Rollouts: groups that begin one after the other, as long as the one before went well.

use super::server::{Artifact, Phase, Server};

/// How far a rollout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolloutState {
    /// A group is under way, or the next is about to be.
    Running,
    /// Too many failed: nothing more begins by itself.
    Paused,
    /// All groups are through.
    Finished,
}

/// A part of the machines.
#[derive(Clone, Debug)]
pub struct Group {
    /// Ids of its targets.
    pub targets: Vec<String>,
    /// Actions, once it has begun.
    pub actions: Vec<u64>,
}

/// One version for many machines.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// What is rolled out.
    pub artifact: Artifact,
    /// Its groups.
    pub groups: Vec<Group>,
    /// Per cent of a group that must have succeeded for the next to begin.
    pub success_percent: usize,
    /// Per cent of a group whose failure stops everything.
    pub error_percent: usize,
    /// How far it is.
    pub state: RolloutState,
}

impl Server {
    /// Begins a rollout with its first group.
    pub fn roll_out(
        &mut self,
        artifact: Artifact,
        groups: Vec<Vec<String>>,
        success_percent: usize,
        error_percent: usize,
    ) -> usize {
        let groups = groups
            .into_iter()
            .map(|targets| Group {
                targets,
                actions: Vec::new(),
            })
            .collect();
        let state = RolloutState::Running;
        self.rollouts.push(Rollout {
            artifact,
            groups,
            success_percent,
            error_percent,
            state,
        });
        let index = self.rollouts.len() - 1;
        self.begin_group(index, 0);
        index
    }

    fn begin_group(&mut self, index: usize, group: usize) {
        let Some(rollout) = self.rollouts.get(index) else {
            return;
        };
        let Some(targets) = rollout.groups.get(group).map(|group| group.targets.clone()) else {
            return;
        };
        let artifact = rollout.artifact.clone();
        let actions: Vec<u64> = targets
            .iter()
            .map(|target| self.assign_in(target, artifact.clone(), Some((index, group))))
            .collect();
        if let Some(group) = self
            .rollouts
            .get_mut(index)
            .and_then(|rollout| rollout.groups.get_mut(group))
        {
            group.actions = actions;
        }
    }

    /// Looks whether a group is over or has failed; hawkBit does so every few seconds.
    pub fn evaluate(&mut self) {
        for index in 0..self.rollouts.len() {
            let Some(rollout) = self
                .rollouts
                .get(index)
                .filter(|r| r.state == RolloutState::Running)
            else {
                continue;
            };
            let Some(current) = rollout
                .groups
                .iter()
                .rposition(|group| !group.actions.is_empty())
            else {
                continue;
            };
            let (all, last) = (
                rollout.groups[current].actions.len(),
                current + 1 == rollout.groups.len(),
            );
            let count = |phase| {
                let ids = rollout.groups[current].actions.iter();
                ids.filter(|id| self.actions.get(id).is_some_and(|a| a.phase == phase))
                    .count()
            };
            let (good, bad) = (count(Phase::Finished), count(Phase::Error));
            let failed = bad * 100 >= rollout.error_percent * all && bad > 0;
            let reached = good * 100 >= rollout.success_percent * all;
            if failed {
                self.rollouts[index].state = RolloutState::Paused;
            } else if last && good + bad == all {
                self.rollouts[index].state = RolloutState::Finished;
            } else if reached && !last {
                self.begin_group(index, current + 1);
            }
        }
    }
}
